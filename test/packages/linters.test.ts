import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../packaging/release.ts';
import type { HostPackages } from './host-packages.ts';
import { buildHostPackages } from './host-packages.ts';

const SCRIPTS = ['bootstrap.sh', 'debian/postinst', 'debian/prerm', 'debian/postrm'];
/** What is true of the packages of tests alone, which are not compressed. */
const OF_TESTS = ['control', 'data'].map((part) => `uses-no-compression-for-${part}-tarball`);
let packages: HostPackages;

beforeAll(async () => {
  packages = await buildHostPackages('deb');
});

afterAll(() => packages.remove());

function said(program: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return {
    exit: status,
    said: `${stdout}${stderr}`.replace('running with root privileges is not recommended!\n', ''),
  };
}

describe('what others judge packages by', () => {
  test.each(SCRIPTS)('shellcheck has nothing to say of %s', (name) => {
    expect(said('shellcheck', join(ROOT, 'packaging', name))).toEqual({ exit: 0, said: '' });
  });

  test('lintian has nothing to say of the Debian package but what it is told to pass over', () => {
    expect(said('lintian', '--suppress-tags', OF_TESTS.join(','), packages.older)).toEqual({
      exit: 0,
      said: '',
    });
  });
});
