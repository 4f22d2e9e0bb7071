import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RealHost } from '../end-to-end/real-host.ts';
import { isRoot, temporaryDirectory } from '../helpers/temporary-directory.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const UNITS = join(ROOT, 'packaging', 'systemd');
const names = readdirSync(UNITS).filter((name) => /\.(service|timer)$/.test(name));
const services = names.filter((name) => name.endsWith('.service'));
/** Defaults of limits.run_seconds, and of what the daemon gives a run beyond it. */
const LONGEST_RUN_SECONDS = 180 + 10;

function readUnit(unit: string): string {
  return readFileSync(join(UNITS, unit), 'utf8');
}

function settingOf(unit: string, name: string): string {
  return new RegExp(`^${name}=(.*)$`, 'm').exec(readUnit(unit))?.[1] ?? '';
}

/** The units as they are, with a program that is there. */
function copyUnits(): string {
  const directory = temporaryDirectory();
  for (const name of names) {
    writeFileSync(join(directory, name), readUnit(name).replaceAll('/usr/local/bin/reconcile', '/bin/true'));
  }
  return directory;
}

function analyze(...args: readonly string[]): { readonly exit: number | null; readonly text: string } {
  const ended = spawnSync('systemd-analyze', ['--no-pager', ...args], { cwd: copyUnits(), encoding: 'utf8' });
  return { exit: ended.status, text: `${ended.stdout}${ended.stderr}` };
}

describe('the units', () => {
  test.each(names)('%s has nothing that systemd complains of', (name) => {
    expect(analyze('verify', `./${name}`)).toEqual({ exit: 0, text: '' });
  });

  test.each(services)('%s leaves little of the system open', (name) => {
    expect(analyze('security', '--offline=true', '--threshold=30', `./${name}`)).toMatchObject({ exit: 0 });
  });

  test.each(services)('%s gives a run its time', (name) => {
    expect(Number(settingOf(name, 'TimeoutStartSec'))).toBeGreaterThan(LONGEST_RUN_SECONDS);
    const stop = settingOf(name, 'TimeoutStopSec');
    if (stop !== '') expect(Number(stop)).toBeGreaterThan(LONGEST_RUN_SECONDS);
  });

  test('of one run is hardened as the daemon is', () => {
    const hardening = (name: string) =>
      readUnit(name)
        .split('\n')
        .filter((line) =>
          /^(Protect|Private|Restrict|ReadWrite|System|Capa|NoNew|Lock|UMask|Limit|State|Runtime)/.test(line),
        );
    const [one = '', other = ''] = services;
    expect(hardening(one)).toEqual(hardening(other));
  });
});

if (!isRoot) console.warn('SKIPPED: rights can be taken away from root only');

/** What `SystemCallFilter=` takes out of the calls that it gives: each ends with EPERM, as SystemCallErrorNumber= says. */
function refusedCalls(): string {
  const [, set = ''] = /^SystemCallFilter=~(@\S+)$/m.exec(readUnit('reconcile.service')) ?? [];
  const listed = execFileSync('systemd-analyze', ['--no-pager', 'syscall-filter', set], { encoding: 'utf8' });
  const names = [...listed.matchAll(/^ {4}(\w+)$/gm)].map(([, name]) => `?${name}`);
  return `inject=${names.join(',')}:error=EPERM`;
}

/** What stands before a program so that it has no more rights than in the unit, as far as they can be taken without systemd. */
function underTheUnit(): readonly string[] {
  const kept = settingOf('reconcile.service', 'CapabilityBoundingSet').toLowerCase().replaceAll('cap_', '+');
  const bounds = `-all,${kept.replaceAll(' ', ',')}`;
  const processes = settingOf('reconcile.service', 'ProtectProc');
  const steps = `mount -t proc -o hidepid=${processes} proc /proc && umask ${settingOf('reconcile.service', 'UMask')} && exec "$@"`;
  return [
    ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c', steps, 'sh'],
    ...['strace', '-f', '-qq', '-o', '/dev/null', '-e', refusedCalls()],
    ...['setpriv', '--no-new-privs', '--inh-caps', '-all', '--bounding-set', bounds],
  ];
}

describe.skipIf(!isRoot)('a run with the rights that the unit leaves it', () => {
  test('brings a commit in, proves it, and puts a hand edit back', async () => {
    const host = await RealHost.start();
    const once = () => {
      const [program = '', ...words] = [
        ...underTheUnit(),
        ...host.program,
        '--once',
        '--config',
        host.config,
      ];
      const env = { ...process.env, TMPDIR: join(host.directory, 'tmp') };
      const ended = spawnSync(program, words, { env, encoding: 'utf8' });
      return { exit: ended.status, stderr: ended.stderr };
    };
    expect(once()).toEqual({ exit: 0, stderr: '' });
    expect(await host.ask('A')).toBe('one');
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    expect(once()).toEqual({ exit: 0, stderr: '' });
    expect([await host.ask('A'), host.php.reloadsSeen()]).toEqual(['two', 2]);
    const right = host.shellFile();
    writeFileSync(host.shellPath, 'export A=edited\n');
    expect(once()).toEqual({ exit: 0, stderr: '' });
    expect(host.shellFile()).toBe(right);
  });
});
