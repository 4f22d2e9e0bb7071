import { ReconcileError } from '../../../core/errors.ts';
import { showText } from '../../../core/redact.ts';
import type { HttpAnswer } from '../../http.ts';

/** What was asked, for a message about the answer. */
export interface Asked {
  /** The repository. */
  readonly url: string;
  /** What followed it: `/info/refs?…`. */
  readonly path: string;
  readonly tokenFile: string | null;
}

/**
 * What is wrong when a server answers with one of the statuses, other than 200, that say so for good; null when another
 * way of asking may help.
 */
export function explainStatus({ status, headers }: HttpAnswer, asked: Asked): ReconcileError | null {
  const { url, tokenFile } = asked;
  if (status === 401 || status === 403) {
    const shown = tokenFile === null ? 'and no token file is set' : `to the token in ${tokenFile}`;
    return new ReconcileError('SOURCE_DENIED', `${url} answered ${status} ${shown}`);
  }
  if (status === 404) {
    const why = 'it is not there, or this host may not see it, for which forges answer the same';
    return new ReconcileError('SOURCE_UNREACHABLE', `${url} answered 404: ${why}`);
  }
  if (status < 300 || status >= 400) return null;
  const target = findTarget(headers.location, asked);
  const message = `${url} redirects to ${target}; if that is right, set repository.url to it`;
  return new ReconcileError('SOURCE_UNREACHABLE', message);
}

/** The repository that a redirect means, without what follows it in the request, and without credentials. */
function findTarget(location: string | undefined, { url, path }: Asked): string {
  if (location === undefined || !URL.canParse(location, url)) return 'nowhere';
  const target = new URL(location, url);
  const [suffix = ''] = path.split('?');
  const whole = `${target.origin}${target.pathname}`;
  return showText(whole.endsWith(suffix) ? whole.slice(0, -suffix.length) : whole);
}
