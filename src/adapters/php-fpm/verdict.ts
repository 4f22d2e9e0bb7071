/**
 * What php-fpm said about a configuration, without what it quoted: its messages hold keys, values and pieces of lines,
 * which may be secrets. Only places and texts of this table are passed on.
 */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/Unable to globalize/, 'the directory of an include is not there'],
  [/failed to open configuration file/, 'a configuration file cannot be opened'],
  [/syntax error/, 'syntax error'],
  [/unknown (?:entry|directive)/, 'unknown directive'],
  [/Array are not allowed in the global section/, 'a variable stands outside every pool'],
  [/value is NULL for a ZEND_INI_PARSER_ENTRY/, 'a line is no directive'],
  [/empty value/, 'a value is empty or not quoted'],
  [/unable to parse value/, 'a value is not what its directive takes'],
  [/user has not been defined/, 'a pool is not defined: it has no user'],
  [/running php-fpm as root|run as root|other than root/i, 'a pool would run as root'],
  [/cannot get (?:uid|gid)|is not a (?:user|group)/, 'a user or group of a pool does not exist'],
  [/No pool defined/, 'no pool is defined'],
  [/files recursively/, 'includes are nested too deep'],
  [/Permission denied/, 'a file may not be opened'],
  [/Address already in use|Another FPM instance/, 'the address of a pool is in use'],
  [/No space left/, 'the disk is full'],
];

/** Gives each place of php-fpm's own messages the name that the reader knows. */
export type PlaceNames = (path: string) => string;

/**
 * One line of `file:line: fixed text`, or less, from the stderr of php-fpm. For a syntax error php-fpm names the right line of the
 * inner file only in the message about the include (the other one always says line 1 or 2).
 */
export function describeFailure(stderr: string, nameOf: PlaceNames): string {
  const lines = stderr.split('\n').filter((line) => /ERROR|ALERT|syntax error|Fatal/.test(line));
  const text = lines.flatMap(textOf)[0] ?? 'php-fpm refuses the configuration';
  const place = lines.flatMap(placeOf)[0];
  if (place === undefined) return text;
  return `${nameOf(place.path)}${place.line === null ? '' : `:${place.line}`}: ${text}`;
}

function textOf(line: string): readonly string[] {
  const found = TEXTS.find(([pattern]) => pattern.test(line));
  return found === undefined ? [] : [found[1]];
}

interface Place {
  readonly path: string;
  readonly line: string | null;
}

function placeOf(line: string): readonly Place[] {
  const found =
    /ERROR: \[(?<path>\/[^\]]*):(?<line>\d+)\]/.exec(line)?.groups ??
    /Unable to include (?<path>\/.*) from .* at line (?<line>\d+)/.exec(line)?.groups ??
    /Unable to globalize .* from (?<path>\/.*) at line \d+/.exec(line)?.groups; // it counts from the last include
  return found?.path === undefined ? [] : [{ path: found.path, line: found.line ?? null }];
}
