import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

const MAX_FILES = 2000;
const PARAM = /(?:^|[\s;{])fastcgi_param\s+["']?([A-Za-z_][A-Za-z0-9_]*)["']?\s/g;

/**
 * Lines below a directory of nginx that give PHP a parameter with one of these names. A line that no site includes is
 * told as well; what stands elsewhere is not seen. Never throws.
 */
export function findFastCgiParams(
  directory: string,
  names: ReadonlySet<string>,
): readonly { readonly name: string; readonly at: string }[] {
  if (names.size === 0) return [];
  return listFiles(directory).flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) =>
        [...line.replace(/#.*$/, '').matchAll(PARAM)]
          .map(([, name = '']) => ({ name, at: `${path}:${index + 1}` }))
          .filter(({ name }) => names.has(name)),
      ),
  );
}

/** Plain files, each once: sites-enabled holds links into sites-available. */
function listFiles(directory: string): readonly string[] {
  try {
    const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .slice(0, MAX_FILES)
      .map((name) => join(directory, name))
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false)
      .map((path) => realpathSync(path));
    return [...new Set(paths)].sort();
  } catch {
    return []; // no nginx here, or not ours to read
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // gone, or not ours to read
  }
}
