import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { proposePhpFpm } from './php-fpm/propose.ts';

/** What this host is; every question is answered when it is asked. */
export function readHostFacts() {
  return {
    hostname: hostname(),
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    isDirectory: (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
    uidOf: (name: string) => findId('/etc/passwd', name),
    gidOf: (name: string) => findId('/etc/group', name),
    phpFpms: proposePhpFpm,
  };
}

/** passwd(5) and group(5): name, password, number. Users of a directory service are named by number. */
function findId(file: string, name: string): number | null {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${name}:`));
  const id = Number.parseInt(line?.split(':')[2] ?? '', 10);
  return Number.isNaN(id) ? null : id;
}
