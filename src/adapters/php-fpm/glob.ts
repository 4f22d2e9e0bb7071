import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What glob(3) finds, in byte order. `unreadable`: a directory to be read is not there, which php-fpm does not forgive. */
export type GlobResult =
  | { readonly kind: 'found'; readonly paths: readonly string[] }
  | { readonly kind: 'unreadable' };

const MAGIC = /[*?[\\]/;

/**
 * Expands an absolute pattern as php-fpm's `include` does: `*`, `?` and `[…]` within one path component, no names
 * with a leading dot unless the pattern has it, no directories. `expected` is a path that is treated as if it existed.
 */
export function expandGlob(pattern: string, expected: string | null): GlobResult {
  const components = pattern.split('/').filter((component) => component !== '');
  const last = components.pop() ?? '';
  let directories = ['/'];
  for (const component of components) directories = directories.flatMap((path) => step(path, component));
  const readable = MAGIC.test(last) ? directories.every(isDirectory) : true;
  if (!readable || directories.length === 0) return whenNoDirectory(last);
  const paths = directories
    .flatMap((path) => entriesOf(path, last, expected))
    .filter((path) => !isDirectory(path))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return { kind: 'found', paths };
}

/** Only a pattern makes glob(3) read the directory; a plain name that is not there is just not found. */
function whenNoDirectory(last: string): GlobResult {
  return MAGIC.test(last) ? { kind: 'unreadable' } : { kind: 'found', paths: [] };
}

function step(path: string, component: string): string[] {
  if (!MAGIC.test(component)) return [join(path, component)];
  return namesIn(path)
    .filter((name) => matches(component, name))
    .map((name) => join(path, name))
    .filter(isDirectory);
}

function entriesOf(directory: string, last: string, expected: string | null): string[] {
  const extra = expected !== null && sameDirectory(directory, dirname(expected)) ? [basename(expected)] : [];
  if (!MAGIC.test(last))
    return exists(join(directory, last)) || extra.includes(last) ? [join(directory, last)] : [];
  const names = new Set([...namesIn(directory), ...extra]);
  return [...names].filter((name) => matches(last, name)).map((name) => join(directory, name));
}

/** Whether two paths mean the same place, also where links stand on the way; the file itself need not exist. */
export function isSamePath(a: string, b: string): boolean {
  return basename(a) === basename(b) && sameDirectory(dirname(a), dirname(b));
}

function sameDirectory(a: string, b: string): boolean {
  return a === b || (existsSync(a) && existsSync(b) && realpathSync(a) === realpathSync(b));
}

function matches(component: string, name: string): boolean {
  if (name.startsWith('.') && !component.startsWith('.')) return false;
  return toExpression(toBytes(component)).test(toBytes(name));
}

/** In the C locale, which php-fpm keeps, `?` is one byte. */
function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function toExpression(component: string): RegExp {
  const source = component.replace(/\\(.)|\[([!^]?)(\]?[^\]]*)\]|([\s\S])/g, (...groups) => {
    const [, escaped, negation, range, plain] = groups as (string | undefined)[];
    if (escaped !== undefined) return quote(escaped);
    if (range !== undefined) return `[${negation ? '^' : ''}${range.replace(/[\\\]^]/g, '\\$&')}]`;
    if (plain === '*') return '.*';
    return plain === '?' ? '.' : quote(plain ?? '');
  });
  return new RegExp(`^${source}$`, 's');
}

function quote(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // not a directory, or not ours to read
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
