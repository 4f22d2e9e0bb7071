import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RealHost } from '../end-to-end/real-host.ts';
import { isRoot, temporaryDirectory } from '../helpers/temporary-directory.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const UNITS = join(ROOT, 'packaging', 'systemd');
const MAIN = join(ROOT, 'dist', 'main.js');
const names = readdirSync(UNITS).filter((name) => /\.(service|timer)$/.test(name));
const services = names.filter((name) => name.endsWith('.service'));
/** Defaults of limits.run_seconds, and of what the daemon gives a run beyond it. */
const LONGEST_RUN_SECONDS = 180 + 10;

function settingOf(unit: string, name: string): string {
  const text = readFileSync(join(UNITS, unit), 'utf8');
  return new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
}

/** The units as they are, with a program that is there. */
function copyUnits(): string {
  const directory = temporaryDirectory();
  for (const name of names) {
    const text = readFileSync(join(UNITS, name), 'utf8');
    writeFileSync(join(directory, name), text.replaceAll('/usr/local/bin/reconcile', '/bin/true'));
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
    expect(analyze('security', '--offline=true', '--threshold=40', `./${name}`)).toMatchObject({ exit: 0 });
  });

  test.each(services)('%s gives a run its time', (name) => {
    expect(Number(settingOf(name, 'TimeoutStartSec'))).toBeGreaterThan(LONGEST_RUN_SECONDS);
    const stop = settingOf(name, 'TimeoutStopSec');
    if (stop !== '') expect(Number(stop)).toBeGreaterThan(LONGEST_RUN_SECONDS);
  });

  test('of one run is hardened as the daemon is', () => {
    const hardening = (name: string) =>
      readFileSync(join(UNITS, name), 'utf8')
        .split('\n')
        .filter((line) =>
          /^(Protect|Private|Restrict|ReadWrite|System|Capa|NoNew|Lock|UMask|Limit|State|Runtime)/.test(line),
        );
    const [one = '', other = ''] = services;
    expect(hardening(one)).toEqual(hardening(other));
  });
});

if (!isRoot) console.warn('SKIPPED: rights can be taken away from root only');

describe.skipIf(!isRoot)('a run with the rights that the unit leaves it', () => {
  test('brings a commit in, proves it, and puts a hand edit back', async () => {
    const host = await RealHost.start();
    const kept = settingOf('reconcile.service', 'CapabilityBoundingSet')
      .toLowerCase()
      .replaceAll('cap_', '+');
    const bounds = `-all,${kept.replaceAll(' ', ',')}`;
    const under = ['setpriv', '--no-new-privs', '--inh-caps', '-all', '--bounding-set', bounds];
    const once = () => {
      const words = [...under, process.execPath, MAIN, '--once', '--config', host.config];
      const umask = settingOf('reconcile.service', 'UMask');
      const env = { ...process.env, TMPDIR: join(host.directory, 'tmp') };
      const ended = spawnSync('sh', ['-c', `umask ${umask}; exec "$@"`, 'sh', ...words], {
        env,
        encoding: 'utf8',
      });
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
