import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileHistory } from '../../src/adapters/history.ts';
import { formatLedger, parseLedger } from '../../src/adapters/ledger-format.ts';
import { lookAround } from '../../src/adapters/php-fpm/sightings.ts';
import { parseEditName } from '../../src/core/kept-edits.ts';
import type { Ended } from '../end-to-end/real-host.ts';
import { RealHost } from '../end-to-end/real-host.ts';
import { MAIN } from '../helpers/built-program.ts';
import type { TestPhpFpm } from '../helpers/php-fpm.ts';
import { waitFor } from '../helpers/wait-for.ts';
import type { Fault, FaultyRun, Point, TracedProgram } from './traced-program.ts';
import { listPoints, runToEnd, runWithFaultAt } from './traced-program.ts';

const SIGUSR2_BIT = 1n << 11n;

/** What a host runs and has: everything that a run may change and that must be right in the end. */
export interface Observed {
  /** Bytes, mode and owner of both files; `absent`. */
  readonly files: readonly string[];
  /** getenv('A') in a worker. */
  readonly running: string | null;
}

/** A host that can be put back into a saved state between two faults, and says what is left lying about. */
export class FaultHost {
  readonly real: RealHost;
  readonly #program: TracedProgram;
  #saved: Observed | null = null;
  #savedCommit = '';
  #reloadsBefore = 0;

  private constructor(real: RealHost, main: string) {
    this.real = real;
    const env = { ...process.env, TMPDIR: this.#temporary };
    this.#program = { args: [main, '--once', '--config', real.config], env, directory: real.directory };
  }

  /** `main`: another build of the program. */
  static async start(main = MAIN): Promise<FaultHost> {
    return new FaultHost(await RealHost.start(), main);
  }

  /** Both files, in the order in which they are written. */
  get paths(): readonly string[] {
    return [this.real.php.envPath, this.real.shellPath];
  }

  run(): Promise<Ended> {
    return runToEnd(process.execPath, this.#program.args, this.#program);
  }

  listPoints(): ReturnType<typeof listPoints> {
    return listPoints(this.#program);
  }

  /** On a host that was just restored; where another call was struck, it is restored and tried again. */
  runWithFault(point: Point, fault: Fault): Promise<FaultyRun> {
    return runWithFaultAt(this.#program, { point, fault }, () => this.restore());
  }

  /** On a host as it is: whether the call that is meant comes at all depends on it. */
  runWithFaultOnce(point: Point, fault: Fault): Promise<FaultyRun> {
    return runWithFaultAt(this.#program, { point, fault }, null);
  }

  tip(): string {
    return execFileSync('git', ['-C', this.real.bare, 'rev-parse', 'main'], { encoding: 'utf8' }).trim();
  }

  /** The tip of the branch, without a push. */
  setTip(commit: string): void {
    this.real.moveTip(commit);
  }

  /** What `restore` goes back to: both files, the state directory, the lock, the tip, what php-fpm runs. */
  async save(): Promise<void> {
    this.#copy(this.#directories, this.#backup);
    this.#savedCommit = this.tip();
    this.#saved = await this.observe();
  }

  /** Reloads php-fpm by itself, and only when it runs something else. */
  async restore(): Promise<void> {
    if (this.#saved === null) throw new Error('nothing was saved');
    const { running } = this.#saved;
    await this.waitForChildren();
    await waitFor('php-fpm to have taken every signal', () => isCalm(this.real.php));
    this.#copy(
      this.#directories.map((path) => join(this.#backup, basename(path))),
      null,
    );
    this.setTip(this.#savedCommit);
    if ((await this.observe()).running !== running) await this.#reload(running);
    await this.#rememberMaster();
    this.#reloadsBefore = this.real.php.reloadsSeen();
  }

  /** How often php-fpm was reloaded since the last `restore`. */
  reloadsSince(): number {
    return this.real.php.reloadsSeen() - this.#reloadsBefore;
  }

  async observe(): Promise<Observed> {
    return { files: this.paths.map(describeFile), running: await this.real.ask('A') };
  }

  /** What changes when a file or the ledger is written. */
  identities(): readonly string[] {
    return [...this.paths, join(this.real.state, 'ledger.json')].map(
      (path) => `${path} ${existsSync(path) ? this.real.identity(path) : 'absent'}`,
    );
  }

  /** Temporaries and strange entries wherever a run writes. */
  leftovers(): readonly string[] {
    const { state } = this.real;
    const kept = this.paths.map((path) => basename(path));
    return [
      ...this.paths.flatMap((path) => strangers(dirname(path), (name) => kept.includes(name))),
      ...strangers(this.#temporary, () => false),
      ...strangers(state, (name) => !name.endsWith('.tmp') && !name.startsWith('ledger.damaged')),
      ...strangers(join(state, 'store'), (name) => /^[0-9a-f]{64}$/.test(name)),
      ...strangers(join(state, 'edits'), (name) => parseEditName(name) !== null),
      ...strangers(join(this.real.directory, 'var', 'run'), (name) => name === 'lock'),
    ];
  }

  /** Hand edits that are kept, as text. */
  keptEdits(): readonly string[] {
    const path = join(this.real.state, 'edits');
    const names = existsSync(path) ? readdirSync(path) : [];
    return names.map((name) => readFileSync(join(path, name), 'utf8'));
  }

  /** The files whose edits stand in the history as kept. */
  toldEdits(): readonly string[] {
    return fileHistory(this.real.state)
      .read()
      .flatMap((line) => (line.kind === 'cut' ? [] : line.entry.edits))
      .flatMap(({ path, problem }) => (problem === null ? [path] : []));
  }

  /** What the ledger says is owed; undefined without a ledger. */
  owed(): unknown {
    const path = join(this.real.state, 'ledger.json');
    if (!existsSync(path)) return undefined;
    const text = readFileSync(path, 'utf8');
    const record: unknown = JSON.parse(text.slice(text.indexOf('\n')));
    return typeof record === 'object' && record !== null && 'owed' in record ? record.owed : undefined;
  }

  /** Waits until nothing that a killed run started is left. Throws when something stays. */
  async waitForChildren(): Promise<void> {
    await waitFor('the children of the killed run to end', () => this.#children().length === 0, 3000);
  }

  #children(): readonly string[] {
    return readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(`${this.#temporary}/`);
      } catch {
        return false; // it ended meanwhile, or is a thread of the kernel
      }
    });
  }

  /** The ledger that was put back knows a php-fpm that was reloaded since: it is told which one runs the same now. */
  async #rememberMaster(): Promise<void> {
    const path = join(this.real.state, 'ledger.json');
    const record = existsSync(path) ? parseLedger(readFileSync(path, 'utf8')) : null;
    if (record === null || record.lastGood === null) return;
    const { binary, configPath } = this.real.php;
    const [master] = lookAround({ binary, config: configPath }).masters;
    const incarnation = master?.incarnation ?? null;
    writeFileSync(path, formatLedger({ ...record, lastGood: { ...record.lastGood, incarnation } }));
  }

  /** With the saved bytes on disk, waited for until a worker has them. */
  async #reload(running: string | null): Promise<void> {
    const before = this.real.php.reloadsSeen();
    process.kill(this.real.php.pid, 'SIGUSR2');
    await waitFor('php-fpm to run what was saved', async () => {
      if (this.real.php.reloadsSeen() === before) return false;
      return (await this.real.ask('A').catch(() => undefined)) === running;
    });
  }

  get #temporary(): string {
    return join(this.real.directory, 'tmp');
  }

  get #backup(): string {
    return join(this.real.directory, 'backup');
  }

  get #directories(): readonly string[] {
    return [...this.paths.map(dirname), join(this.real.directory, 'var'), this.#temporary];
  }

  /** Null: back to where they came from. */
  #copy(from: readonly string[], to: string | null): void {
    const targets = to === null ? this.#directories : from.map((path) => join(to, basename(path)));
    execFileSync('rm', ['-rf', ...targets]);
    if (to !== null) mkdirSync(to, { recursive: true });
    for (const [i, path] of from.entries()) execFileSync('cp', ['-a', path, targets[i] ?? '']);
  }
}

/** SIGUSR2 that comes before php-fpm has installed its handlers kills it, also after a reload. */
function isCalm({ pid, log }: TestPhpFpm): boolean {
  const count = (text: string): number => log().split(text).length - 1;
  const isReady = count('ready to handle connections') > count('Reloading in progress');
  const caught = /^SigCgt:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return isReady && (BigInt(`0x${caught}`) & SIGUSR2_BIT) !== 0n;
}

function describeFile(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 'absent';
  return `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid} ${readFileSync(path, 'utf8')}`;
}

function strangers(directory: string, isExpected: (name: string) => boolean): readonly string[] {
  try {
    return readdirSync(directory)
      .filter((name) => !isExpected(name))
      .map(
        (name) =>
          `${basename(directory)}/${name.replace(/trial-.*/, 'trial-*').replace(/[0-9a-f]{16,}/g, '*')}`,
      );
  } catch {
    return []; // it was never made
  }
}

/**
 * A reload command after which php-fpm is unhealthy with some content: whoever reloads it for `bad` content also makes its
 * ping page answer with something else, as maintenance modes do. It stays so until other content is reloaded.
 */
export function makeUnhealthyFor(host: RealHost, bad: string): void {
  const script = join(host.directory, 'reload.sh');
  const own = join(dirname(host.php.envPath), 'zz-maintenance.conf');
  const lines = [
    '#!/bin/sh',
    `if grep -q ${bad} ${host.php.envPath}`,
    `then echo 'ping.response = maintenance' > ${own}`,
    `else rm -f ${own}; fi`,
    `kill -USR2 $(cat ${host.php.pidPath})`,
  ];
  writeFileSync(script, `${lines.join('\n')}\n`);
  chmodSync(script, 0o755);
  host.configure(`reload:\n  command: [${script}]\n  margin_seconds: 1\n`);
}
