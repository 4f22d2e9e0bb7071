import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildExecutable } from '../../packaging/executable/build-executable.ts';
import { readRelease } from '../../packaging/release.ts';
import { buildRpm } from '../../packaging/rpm/build-rpm.ts';
import { listHostFiles } from '../../packaging/staging/host-files.ts';
import type { StagedFile } from '../../packaging/staging/staged-file.ts';
import { VERSION } from '../../src/core/version.ts';

const output = mkdtempSync(join(tmpdir(), 'test-rpm-'));
const release = readRelease('1', 'x64');
let files: readonly StagedFile[] = [];
let executable = '';
let rpm = '';

function build(): string {
  return buildRpm(release, files, { output, compression: 'none' });
}

beforeAll(async () => {
  executable = await buildExecutable('x64');
  files = await listHostFiles(executable, release, 'rpm');
  rpm = build();
});

afterAll(() => rmSync(output, { recursive: true, force: true }));

/** A private database: none is needed on the host. */
function query(...args: readonly string[]): readonly string[] {
  const words = ['--dbpath', join(output, 'database'), '--query', '--package', rpm, ...args];
  return execFileSync('rpm', words, { encoding: 'utf8' }).trim().split('\n');
}

describe('the RPM package', () => {
  test('is named by its version, release and architecture', () => {
    expect(basename(rpm)).toBe(`php-env-reconciler-${VERSION}-1.x86_64.rpm`);
    expect(query('--qf', '%{NAME} %{LICENSE} %{BUILDHOST}')).toEqual(['php-env-reconciler MIT localhost']);
  });

  test('has the same bytes when it is built again', () => {
    const hash = () => createHash('sha256').update(readFileSync(rpm)).digest('hex');
    const before = hash();
    rmSync(rpm);
    build();
    expect(hash()).toBe(before);
  });

  test('has every file, of root, as it was staged', () => {
    const listed = query('--qf', '[%{FILEMODES:octal} %{FILEUSERNAME} %{FILEGROUPNAME} %{FILENAMES}\n]');
    const plain = listed.filter((line) => line.startsWith('10'));
    const wanted = files.map(({ path, mode }) => `100${mode.toString(8)} root root ${path}`);
    expect([...plain].sort()).toEqual([...wanted].sort());
    const digests = query('--qf', '[%{FILEDIGESTS} %{FILENAMES}\n]');
    const own = createHash('sha256').update(readFileSync(executable)).digest('hex');
    expect(digests).toContain(`${own} /usr/bin/reconcile`);
  });

  test('keeps what people changed in the environment of the units', () => {
    expect(query('--configfiles')).toEqual(['/etc/default/reconcile']);
  });

  test('asks for a C library that has what Node.js needs, and for nothing that rpm guessed', () => {
    const needed = query('--requires').filter((line) => !line.startsWith('rpmlib('));
    expect(needed).toContain('glibc >= 2.28');
    expect(needed.filter((line) => line.includes('.so'))).toEqual([]);
  });

  test('has scriptlets that enable and start nothing', () => {
    const text = query('--scripts').join('\n');
    expect(text).toContain('try-restart reconcile.service');
    expect(text).not.toMatch(/systemctl.* (enable|start|restart|preset) /);
  });
});
