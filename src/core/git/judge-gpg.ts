/** What gpg(1) said of one signature with `--status-fd` (doc/DETAILS of GnuPG). */
export interface GpgVerdict {
  readonly exitCode: number | null;
  readonly status: string;
}

interface StatusLine {
  readonly keyword: string;
  readonly words: readonly string[];
}

const VERDICTS: ReadonlyMap<string, string> = new Map([
  ['EXPSIG', 'has an OpenPGP signature that has expired, by the key'],
  ['EXPKEYSIG', 'is signed with the expired OpenPGP key'],
  ['REVKEYSIG', 'is signed with the revoked OpenPGP key'],
  ['BADSIG', 'has a bad OpenPGP signature in the name of the key'],
]);

/** Places in the line VALIDSIG. */
const [HASH, CLASS, PRIMARY] = [7, 8, 9];
/** RFC 9580, 9.5: SHA-256, SHA-384, SHA-512. */
const HASHES: readonly (string | undefined)[] = ['8', '9', '10'];
/** RFC 9580, 5.2.1: over bytes, not over text, where different line ends sign as the same. */
const OVER_BYTES = '00';

/**
 * Why a commit with this verdict on its signature is not to be trusted, as the end of a sentence; null: a key among
 * `primaryKeys` (fingerprints) signed it, itself or by a subkey. Decided by the one verdict that gpg may give and its
 * exit code, never by its words for people.
 */
export function judgeGpgVerdict(
  { exitCode, status }: GpgVerdict,
  primaryKeys: ReadonlySet<string>,
): string | null {
  const lines = parseStatus(status);
  const verdicts = lines.filter(({ keyword }) => isVerdict(keyword));
  const [verdict] = verdicts;
  if (verdict === undefined || verdicts.length > 1)
    return 'has an OpenPGP signature that gpg gives no clear verdict on';
  const why = VERDICTS.get(verdict.keyword);
  if (why !== undefined) return `${why} ${verdict.words[0] ?? ''}`;
  if (verdict.keyword === 'ERRSIG') return explainUnchecked(verdict);
  const valid = lines.filter(({ keyword }) => keyword === 'VALIDSIG').map(({ words }) => words);
  return judgeValid(exitCode === 0 ? valid : [], primaryKeys);
}

/** The lines of a status output; the words of gpg itself never begin like this. */
export function parseStatus(status: string): readonly StatusLine[] {
  return status.split('\n').flatMap((line) => {
    const [prefix, keyword, ...words] = line.split(' ');
    return prefix === '[GNUPG:]' && keyword !== undefined ? [{ keyword, words }] : [];
  });
}

function isVerdict(keyword: string): boolean {
  return VERDICTS.has(keyword) || ['GOODSIG', 'ERRSIG'].includes(keyword);
}

/** Words: key id, algorithm, hash, class, time, reason (9: no such key), fingerprint. */
function explainUnchecked({ words }: StatusLine): string {
  const [id = '', , , , , reason, fingerprint = '-'] = words;
  const key = fingerprint === '-' ? id : fingerprint;
  return reason === '9'
    ? `is signed with the unknown OpenPGP key ${key}`
    : `has an OpenPGP signature by the key ${key} that gpg cannot check (reason ${reason ?? 'unknown'})`;
}

function judgeValid(valid: readonly (readonly string[])[], primaryKeys: ReadonlySet<string>): string | null {
  const [words] = valid;
  if (words === undefined || valid.length > 1) return 'has an OpenPGP signature that gpg does not call valid';
  const [key = ''] = words;
  if (!HASHES.includes(words[HASH])) return `is signed by the OpenPGP key ${key} over a weak hash`;
  if (words[CLASS] !== OVER_BYTES) return `is signed by the OpenPGP key ${key} as a text, not as bytes`;
  return primaryKeys.has(words[PRIMARY] ?? '') ? null : `is signed with the unknown OpenPGP key ${key}`;
}
