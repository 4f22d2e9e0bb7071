import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDeb } from '../../packaging/debian/build-deb.ts';
import { buildExecutable } from '../../packaging/executable/build-executable.ts';
import { ROOT, readRelease } from '../../packaging/release.ts';
import { listHostFiles } from '../../packaging/staging/host-files.ts';
import { readWritten } from '../../src/config/written.ts';
import { VERSION } from '../../src/core/version.ts';
import { readTable } from '../docs/markdown.ts';

const output = mkdtempSync(join(tmpdir(), 'test-deb-'));
const root = join(output, 'root');
const SCRIPTS = ['postinst', 'prerm', 'postrm'];
let deb = '';

async function build(): Promise<string> {
  const release = readRelease('1', 'x64');
  const files = await listHostFiles(executable, release, 'deb');
  return buildDeb(release, files, { output, compression: 'none' });
}
let executable = '';

beforeAll(async () => {
  executable = await buildExecutable('x64');
  deb = await build();
  execFileSync('dpkg-deb', ['--raw-extract', deb, root]);
});

afterAll(() => rmSync(output, { recursive: true, force: true }));

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** A field of the control file. */
function field(name: string): string {
  return execFileSync('dpkg-deb', ['--field', deb, name], { encoding: 'utf8' }).trim();
}

describe('the Debian package', () => {
  test('is named by its version, revision and architecture, and says so inside', () => {
    expect(readdirSync(output)).toContain(`php-env-reconciler_${VERSION}-1_amd64.deb`);
    expect([field('Version'), field('Architecture')]).toEqual([`${VERSION}-1`, 'amd64']);
    expect(field('Depends')).toContain('libc6 (>= 2.28)');
  });

  test('has the same bytes when it is built again', async () => {
    const hash = () => createHash('sha256').update(readFileSync(deb)).digest('hex');
    const before = hash();
    rmSync(deb);
    await build();
    expect(hash()).toBe(before);
  });

  test('belongs to root, and is writable by nobody else', () => {
    const listed = execFileSync('dpkg-deb', ['--contents', deb], { encoding: 'utf8' });
    const lines = listed.trim().split('\n');
    expect(lines.filter((line) => !/^[d-]rw[x-]r-[x-]r-[x-] root\/root /.test(line))).toEqual([]);
  });

  test('has the program where its units start it', () => {
    expect(execFileSync(join(root, 'usr/bin/reconcile'), ['--version'], { encoding: 'utf8' })).toBe(
      `${VERSION}\n`,
    );
    const units = readdirSync(join(root, 'usr/lib/systemd/system')).filter((name) =>
      name.endsWith('service'),
    );
    const starts = units.map((unit) => /^ExecStart=(\S+)/m.exec(read(`usr/lib/systemd/system/${unit}`))?.[1]);
    expect(starts).toEqual(['/usr/bin/reconcile', '/usr/bin/reconcile']);
  });

  test('puts on a host what docs/installing.md says, and nothing else', () => {
    const rows = readTable(readFileSync(join(ROOT, 'docs', 'installing.md'), 'utf8'), 'What is where');
    const told = rows.map(([path = '']) => path.replaceAll('`', '').slice(1));
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
      (path) => !path.startsWith('DEBIAN') && statSync(join(root, path)).isFile(),
    );
    expect([...files].sort()).toEqual([...told].sort());
  });

  test('asks before it replaces one file: the environment of the units, in which nothing is set', () => {
    expect(read('DEBIAN/conffiles')).toBe('/etc/default/reconcile\n');
    const lines = read('etc/default/reconcile').split('\n');
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  test('names the right sum of each other file', () => {
    const checked = spawnSync('md5sum', ['--check', '--quiet', 'DEBIAN/md5sums'], { cwd: root });
    expect(checked.status).toBe(0);
    const summed = read('DEBIAN/md5sums').trim().split('\n').length;
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
      statSync(join(root, path)).isFile(),
    );
    expect(files.filter((path) => !/^(DEBIAN|etc)\//.test(path))).toHaveLength(summed);
  });

  test('has manual pages and completions where man and the shells look for them', () => {
    for (const path of ['man/man1/reconcile.1.gz', 'man/man5/reconcile-config.yaml.5.gz'])
      expect(gunzipSync(readFileSync(join(root, 'usr/share', path))).toString()).toMatch(/^\.TH reconcile/);
    expect(read('usr/share/bash-completion/completions/reconcile')).toContain('complete -F');
    expect(read('usr/share/zsh/vendor-completions/_reconcile')).toMatch(/^#compdef reconcile\n/);
    expect(read('usr/share/fish/vendor_completions.d/reconcile.fish')).toContain('complete -c reconcile');
  });

  test('carries the licences of Node.js and of each package in it', () => {
    const licences = read('usr/share/doc/php-env-reconciler/copyright');
    expect(licences).toContain(readFileSync(join(ROOT, 'LICENSE'), 'utf8').trim());
    for (const part of ['Node.js is licensed for use as follows', 'isomorphic-git', 'commander', 'liquidjs'])
      expect(licences).toContain(part);
  });

  test('has an example of a configuration that the program takes', () => {
    const path = '/usr/share/doc/php-env-reconciler/examples/config.yaml';
    const written = readWritten(path, readFileSync(join(root, path)), {});
    expect(written.complaints).toEqual([]);
    expect(written.value).not.toBeNull();
  });

  test.each(SCRIPTS)('has a %s that every shell of Debian can read', (name) => {
    for (const shell of ['dash', 'bash'])
      expect(spawnSync(shell, ['-n', join(root, 'DEBIAN', name)], { encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
  });
});
