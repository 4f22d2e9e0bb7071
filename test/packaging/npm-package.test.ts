import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../packaging/release.ts';
import { VERSION } from '../../src/core/version.ts';

const directory = mkdtempSync(join(tmpdir(), 'test-npm-'));
const root = join(directory, 'package');

beforeAll(() => {
  // dist/ is built; what npm would run before it packs would build it again under the other tests.
  const words = ['pack', '--silent', '--ignore-scripts', '--pack-destination', directory];
  const name = execFileSync('npm', words, { cwd: ROOT, encoding: 'utf8' }).trim();
  expect(name).toBe(`php-env-reconciler-${VERSION}.tgz`);
  execFileSync('tar', ['-xzf', join(directory, name), '-C', directory]);
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The program of the package, with no `node_modules` anywhere above it. */
function call(...args: readonly string[]): string {
  const main = join(root, 'dist', 'main.js');
  return execFileSync(main, args, { cwd: directory, encoding: 'utf8' });
}

describe('the npm package', () => {
  test('runs from where it lies, without a package beside it', () => {
    expect(call('--version')).toBe(`${VERSION}\n`);
    expect(call('init', 'config')).toContain('config repository with commit');
    expect(call('check', 'config')).toBe('config: no mistakes\n');
  });

  test('has what hosts are set up with, and no source', () => {
    for (const path of ['systemd/reconcile.service', 'bootstrap.sh', 'ansible/playbook.yml'])
      expect(existsSync(join(root, 'packaging', path)) ? path : `${path} is missing`).toBe(path);
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
    expect(files.filter((path) => path.endsWith('.ts'))).toEqual([]);
  });
});
