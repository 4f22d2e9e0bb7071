import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first php-fpm on the search path: Debian names it by its version (`php-fpm8.2`), others plainly. */
export function findPhpFpm(searchPath: string): string {
  const directories = [...searchPath.split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const directory of directories.filter((each) => existsSync(each))) {
    const name = readdirSync(directory).find((each) => /^php-fpm[0-9.]*$/.test(each));
    if (name !== undefined) return realpathSync(join(directory, name));
  }
  throw new Error('php-fpm is missing; install it, e.g. `apt-get install php-fpm`');
}
