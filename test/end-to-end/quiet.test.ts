import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LedgerRecord } from '../../src/core/types.ts';
import { identifyEnvironment } from '../../src/quiet.ts';
import { MAIN } from '../helpers/built-program.ts';
import { DEBT, editLedger } from './real-figures.ts';
import { RealHost } from './real-host.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const VARIABLES = 50;

/** A host with 50 variables whose last run found nothing to do. */
async function quietHost({ hasTextfile = false } = {}): Promise<RealHost> {
  const host = await RealHost.start();
  if (hasTextfile) host.configure(`metrics:\n  textfile: ${host.directory}/reconcile.prom\n`);
  const lines = Array.from({ length: VARIABLES }, (_, i) => `NAME_${i}: "value number ${i}"\n`);
  await host.commit({ 'env/common.yaml': lines.join('') });
  expect(host.once()).toMatchObject({ exit: 0 });
  if (hasTextfile) expect(host.once()).toMatchObject({ exit: 0 });
  return host;
}

/** Wall time of one process, in milliseconds. */
function time(args: readonly string[]): number {
  const start = performance.now();
  expect(spawnSync(process.execPath, args).status).toBe(0);
  return performance.now() - start;
}

function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}

/** System calls that change something, or could: what a pass that finds nothing to do never makes. */
const CHANGING = [
  'rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat',
  'fsync,fdatasync,ftruncate,truncate,chmod,fchmod,fchmodat,chown,fchown,fchownat,pwrite64,kill,tgkill,tkill',
  'clone3,fork,vfork,execve,connect,openat,write',
].join(',');

describe('a pass that finds nothing to do', () => {
  test.each([
    ['', false],
    [' and a textfile', true],
  ])(
    `takes at most twice as long as node -e 0, with ${VARIABLES} variables%s`,
    async (_what, hasTextfile) => {
      const host = await quietHost({ hasTextfile });
      const pass = [MAIN, '--once', '--config', host.config];
      const ratios: number[] = [];
      for (let pair = 0; pair < 25; pair++) {
        const [ours, floor] = [time(pass), time(['-e', '0'])];
        if (pair >= 5) ratios.push(ours / floor);
      }
      console.info(
        `no-op --once / node -e 0: median ratio ${median(ratios).toFixed(2)} of 20 interleaved pairs`,
      );
      expect(median(ratios)).toBeLessThanOrEqual(2);
    },
  );

  test.each([
    ['configuration, ledger, probe and hashes', false],
    ['and what renews a textfile', true],
  ])('loads only its entry: %s', async (_what, hasTextfile) => {
    const host = await quietHost({ hasTextfile });
    const trace = join(host.directory, 'trace');
    const opened = strace(trace, 'openat', host).filter((line) => !line.includes('ENOENT'));
    const scripts = opened.flatMap((line) => /"([^"]+\.(?:js|mjs|cjs|node|wasm))"/.exec(line)?.[1] ?? []);
    const meta = JSON.parse(readFileSync(join(ROOT, 'dist', 'meta.json'), 'utf8'));
    const loaded = [...new Set(scripts)].map((file) => relative(ROOT, file));
    const sources = loaded.flatMap((file) => Object.keys(meta.outputs[file]?.inputs ?? { [file]: null }));
    const ours = sources.filter((source) => !source.startsWith('builtin:')); // Node's own
    expect(ours.sort()).toEqual([
      'src/adapters/atomic-file.ts',
      'src/adapters/clock.ts',
      'src/adapters/errno.ts',
      'src/adapters/git/ref.ts',
      'src/adapters/ledger-format.ts',
      'src/adapters/randomness.ts',
      'src/adapters/textfile.ts',
      'src/core/metrics/renewal.ts',
      'src/core/paths.ts',
      'src/core/sha256.ts',
      'src/core/version.ts',
      'src/main.ts',
      'src/quiet.ts',
    ]);
  });

  test('writes nothing, signals nobody and starts no program', async () => {
    const host = await quietHost();
    const lines = strace(join(host.directory, 'trace'), CHANGING, host);
    const changes = lines.filter((line) => !isHarmless(line));
    expect(changes).toEqual([]);
  });

  test('changes one file where a textfile tells of it, and waits for no disk', async () => {
    const host = await quietHost({ hasTextfile: true });
    const lines = strace(join(host.directory, 'trace'), CHANGING, host);
    const changes = lines.filter((line) => !isHarmless(line)).map((line) => / (\w+)\(/.exec(line)?.[1]);
    expect(changes.sort()).toEqual(['fchmod', 'openat', 'pwrite64', 'rename']);
  });

  test.each([
    ['the file is edited', (host: RealHost) => writeFileSync(host.php.envPath, 'edited')],
    ['the configuration is edited', (host: RealHost) => host.configure('names:\n  allow: [PATH]\n')],
    ['the mode is changed', (host: RealHost) => chmodSync(host.php.envPath, 0o640)],
    ['a reload is owed', (host: RealHost) => editLedger(host, (record) => ({ ...record, owed: DEBT }))],
    ['another version of the program wrote the record', (host: RealHost) => editLedger(host, makeOlder)],
    ['the ledger is damaged', (host: RealHost) => writeFileSync(join(host.state, 'ledger.json'), 'damaged')],
  ])('is not quiet when %s', async (_what, change) => {
    const host = await quietHost();
    change(host);
    const trace = strace(join(host.directory, 'trace'), 'openat', host);
    expect(trace.some((line) => line.includes('/dist/chunks/'))).toBe(true);
  });
});

function makeOlder(record: LedgerRecord): LedgerRecord {
  return { ...record, quiet: record.quiet === null ? null : { ...record.quiet, version: '0.0.1' } };
}

/** The traced calls of one pass, of all its threads. */
function strace(output: string, calls: string, host: RealHost): readonly string[] {
  const args = [
    '-f',
    '-qq',
    '-o',
    output,
    '-e',
    `trace=${calls}`,
    process.execPath,
    MAIN,
    '--once',
    '--config',
    host.config,
  ];
  expect(spawnSync('strace', args).status).toBe(0);
  expect(existsSync(output)).toBe(true);
  return readFileSync(output, 'utf8').trim().split('\n');
}

/** Opening for reading, Node's own start, and what its threads write to wake each other change nothing. */
function isHarmless(line: string): boolean {
  if (/ openat\(/.test(line)) return /O_RDONLY/.test(line) || line.includes('"/dev/null"');
  if (/ execve\(/.test(line)) return line.includes('/node"');
  if (/ clone3\(/.test(line)) return line.includes('CLONE_THREAD');
  return / write\(\d+, "(\*|\\1(\\0){7})", [18](\)| <unfinished)/.test(line) || line.includes('resumed>');
}

test('a pass under other RECONCILE_ settings is another pass', () => {
  const plain = identifyEnvironment({ PATH: '/bin' });
  expect(identifyEnvironment({ PATH: '/usr/bin', HOME: '/' })).toBe(plain);
  expect(identifyEnvironment({ RECONCILE_BRANCH: 'main' })).not.toBe(plain);
  expect(identifyEnvironment({ RECONCILE_BRANCH: 'other' })).not.toBe(
    identifyEnvironment({ RECONCILE_BRANCH: 'main' }),
  );
});
