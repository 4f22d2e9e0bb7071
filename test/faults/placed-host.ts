import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Ended } from '../end-to-end/real-host.ts';
import { RealHost } from '../end-to-end/real-host.ts';
import { MAIN } from '../helpers/built-program.ts';

/** The built program. */

/** No run of these tests takes a tenth of it: one that waits for ever ends as if killed. */
const DEADLINE_MS = 60_000;

/** Where a host's files stand: the directories of the two destinations, and the state directory, which is made by the first run. */
export interface Places {
  readonly phpFpm: string;
  readonly shell: string;
  readonly state: string;
}

export interface RunOptions {
  /** What stands before the program on its command line, e.g. strace and its options. */
  readonly under?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A real host whose files stand where a test wants them, on a disk that it can fill, cut or forbid to write. */
export class PlacedHost {
  readonly host: RealHost;
  readonly paths: readonly [phpFpm: string, shell: string];
  readonly state: string;

  private constructor(host: RealHost, places: Places) {
    this.host = host;
    this.paths = [join(places.phpFpm, 'juanpi_php_env.conf'), join(places.shell, 'shell_env.sh')];
    this.state = places.state;
  }

  /** Makes the directories where they are missing, and starts a php-fpm that includes the destination. Nothing is applied. */
  static async start(places: Places): Promise<PlacedHost> {
    for (const each of [places.phpFpm, places.shell, dirname(places.state)])
      mkdirSync(each, { recursive: true });
    const pools = [{ name: 'www', lines: [`include = ${places.phpFpm}/*.conf`] }];
    const placed = new PlacedHost(await RealHost.start({ pools }), places);
    placed.configure();
    return placed;
  }

  /** The same with all places in one directory. */
  static async startBelow(directory: string): Promise<PlacedHost> {
    const place = (name: string): string => join(directory, name);
    return await PlacedHost.start({
      phpFpm: place('fpm.d'),
      shell: place('profile.d'),
      state: place('var/reconcile'),
    });
  }

  /** The configuration of `RealHost`, with these places in it. */
  configure(settings = ''): void {
    const { host, paths } = this;
    host.configure(settings);
    const text = readFileSync(host.config, 'utf8')
      .replace(`path: ${host.php.envPath}`, `path: ${paths[0]}`)
      .replace(`path: ${host.shellPath}`, `path: ${paths[1]}`)
      .replace(`state: ${host.state}`, `state: ${this.state}`);
    writeFileSync(host.config, text);
  }

  /** Commits this value of the variable A. */
  async set(value: string): Promise<string> {
    return await this.host.commit({ 'env/common.yaml': `A: ${value}\n` });
  }

  once(options: RunOptions = {}): Ended {
    return runProgram(this.host, ['--once', '--config', this.host.config], options);
  }

  /** Each destination as `mode text`, or `absent`. */
  observe(): readonly string[] {
    return this.paths.map(observeFile);
  }

  /** What is wrong on a host that a run has brought to this value of A: nothing, and the next run is silent. */
  async complaints(value: string): Promise<readonly string[]> {
    return await complaintsOf(this.host, { ...this, value });
  }
}

/** One call of the built program on this host. */
export function runProgram(host: RealHost, args: readonly string[], options: RunOptions = {}): Ended {
  const [program = '', ...rest] = [...(options.under ?? []), process.execPath, MAIN, ...args];
  // io_uring would hide system calls from strace
  const env = { ...process.env, TMPDIR: join(host.directory, 'tmp'), UV_USE_IO_URING: '0', ...options.env };
  const limits = { timeout: DEADLINE_MS, killSignal: 'SIGKILL' } as const;
  const { status, signal, stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8', env, ...limits });
  return { exit: signal === null ? status : null, stdout, stderr };
}

/** php-fpm is not reloaded while its file holds this text, so content with it is never taken over. */
export function refuseToTakeOver(host: RealHost, text: string): void {
  const { php } = host;
  const reload = `grep -q ${text} ${php.envPath} || kill -USR2 $(cat ${php.pidPath})`;
  host.configure(`reload:\n  command: [sh, -c, '${reload}']\n  margin_seconds: 1\n`);
}

/** `mode text` of a file, or `absent`. */
export function observeFile(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 'absent';
  return `${(stats.mode & 0o7777).toString(8)} ${readFileSync(path, 'utf8')}`;
}

export interface Wanted {
  readonly paths: readonly [phpFpm: string, shell: string];
  readonly state: string;
  readonly value: string;
}

/**
 * Everything that is wrong on a host that shall have this value of A: bytes, modes, what php-fpm answers, a debt, left
 * temporaries, and whatever a further run does or says.
 */
export async function complaintsOf(host: RealHost, wanted: Wanted): Promise<readonly string[]> {
  const { paths, state, value } = wanted;
  const before = [...paths.map(observeFile), `${host.php.reloadsSeen()} reloads`];
  const next = runProgram(host, ['--once', '--config', host.config]);
  const after = [...paths.map(observeFile), `${host.php.reloadsSeen()} reloads`];
  const answer = await host.ask('A');
  return [
    ...complainUnless(answer === value, `php-fpm answers ${answer}, not ${value}`),
    ...complainUnless(isFile(before[0], '600', `env["A"] = "${value}"`), `the php-fpm file is ${before[0]}`),
    ...complainUnless(isFile(before[1], '644', `export A='${value}'`), `the shell file is ${before[1]}`),
    ...complainUnless(isSilent(next), `the next run is not silent: ${JSON.stringify(next)}`),
    ...complainUnless(after.join() === before.join(), `the next run changed something: ${after.join(', ')}`),
    ...statusComplaints(host),
    ...[dirname(paths[0]), dirname(paths[1]), state, join(state, 'store')].flatMap(temporariesIn),
  ];
}

function complainUnless(isRight: boolean, complaint: string): readonly string[] {
  return isRight ? [] : [complaint];
}

/** Whether it has this mode and line, and was not cut short. */
function isFile(file: string | undefined, mode: string, line: string): boolean {
  return file?.startsWith(`${mode} `) === true && file.endsWith('\n') && file.split('\n').includes(line);
}

function isSilent(ended: Ended): boolean {
  return ended.exit === 0 && ended.stdout === '' && ended.stderr === '';
}

function statusComplaints(host: RealHost): readonly string[] {
  const { stdout } = runProgram(host, ['status', '--json', '--config', host.config]);
  const { owed, files, applied, head } = JSON.parse(stdout);
  const isRight =
    owed === null &&
    applied === head.commit &&
    files.every((file: { state: string }) => file.state === 'as applied');
  return complainUnless(isRight, `status says ${JSON.stringify({ owed, files, applied })}`);
}

function temporariesIn(directory: string): readonly string[] {
  return readdirSync(directory).flatMap((name) => (name.endsWith('.tmp') ? [`${name} is left`] : []));
}
