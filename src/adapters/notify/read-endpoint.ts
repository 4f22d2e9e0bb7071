import { ReconcileError } from '../../core/errors.ts';
import { parseEndpoint } from '../../core/notice/endpoint.ts';
import { readSecretLine } from '../secret-file.ts';

/** The URL of a service out of its file. Throws CONFIG_INVALID, with nothing of the URL. */
export function readEndpoint(path: string): URL {
  const parsed = parseEndpoint(readSecretLine(path, 'URL'));
  if ('url' in parsed) return parsed.url;
  throw new ReconcileError('CONFIG_INVALID', `the URL in ${path} cannot be used: ${parsed.wrong}`);
}
