import { MalformedError } from './ssh-wire.ts';

/** What stands between the principals and the key of an allowed signer. Null: not set. */
export interface SignerOptions {
  /** Patterns with commas between them, as written. */
  readonly namespaces: string | null;
  /** Milliseconds since 1970. */
  readonly validAfter: number | null;
  /** Milliseconds since 1970, still valid then. */
  readonly validBefore: number | null;
}

const ONE_OPTION = /^([A-Za-z-]+)(?:="((?:\\"|[^"])*)")?(?:,(?=.)|$)/;
const DATE = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z|UTC)?$/i;
const KNOWN: readonly string[] = ['namespaces', 'valid-after', 'valid-before'];

/** Reads `name="value",…` (sshsigopt_parse of OpenSSH: no option twice, none that is unknown). Throws MalformedError. */
export function parseSignerOptions(text: string): SignerOptions {
  const options = splitOptions(text);
  const time = (name: string) => parseTime(name, options.get(name));
  const [validAfter, validBefore] = [time('valid-after'), time('valid-before')];
  if (validAfter !== null && validBefore !== null && validBefore < validAfter)
    throw new MalformedError('valid-before is earlier than valid-after');
  return { namespaces: options.get('namespaces') ?? null, validAfter, validBefore };
}

function splitOptions(text: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (let rest = text; rest !== ''; ) {
    const [all, written = '', value] = ONE_OPTION.exec(rest) ?? [];
    const name = written.toLowerCase();
    if (all === undefined) throw new MalformedError('neither a key nor an option like name="value"');
    if (name === 'cert-authority')
      throw new MalformedError('cert-authority: certificates are not supported; name the keys themselves');
    if (!KNOWN.includes(name)) throw new MalformedError(`unknown option ${written.slice(0, 40)}`);
    if (value === undefined || value === '') throw new MalformedError(`${name} has no value in quotes`);
    if (options.has(name)) throw new MalformedError(`${name} stands there twice`);
    options.set(name, value.replaceAll('\\"', '"'));
    rest = rest.slice(all.length);
  }
  return options;
}

/** In the time zone of the host, as in ssh-keygen, unless it ends in `Z`. */
function parseTime(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const [all, ...parts] = DATE.exec(text) ?? [];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(0, 6)
    .map((part) => Number(part ?? 0));
  const fields = [year, month - 1, day, hour, minute, second] as const;
  const isUtc = parts[6] !== undefined;
  const date = isUtc ? new Date(Date.UTC(...fields)) : new Date(...fields);
  // A date that is none, such as the 31st of June, becomes another one.
  const isDate = (isUtc ? date.getUTCDate() : date.getDate()) === day && month >= 1 && month <= 12;
  if (all === undefined || !isDate || hour > 23 || minute > 59 || second > 59)
    throw new MalformedError(`${name} is no date like 20261231, 202612312359 or 20261231235959Z`);
  return date.getTime();
}
