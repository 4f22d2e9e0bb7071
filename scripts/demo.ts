/**
 * The main job from end to end, for a person to read: a config repository made from the template, a private php-fpm,
 * and the program as it is built in dist/. Everything lives in one scratch directory, which is removed at the end.
 */
import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pc from 'picocolors';
import { simpleGit } from 'simple-git';
import { askFastCgi } from '../src/adapters/php-fpm/fastcgi.ts';
import { findPhpFpm } from './find-php-fpm.ts';
import { searchPath } from './search-path.ts';

const HOST = 'php-143-117';
const ROOT = join(import.meta.dirname, '..');
const isRoot = process.getuid?.() === 0;

const scratch = mkdtempSync(join(tmpdir(), 'reconcile-demo-'));
chmodSync(scratch, 0o711); // the workers of php-fpm run as nobody
const work = join(scratch, 'config');
const bare = join(scratch, 'config.git');
const phpDir = join(scratch, 'php');
const phpFile = join(phpDir, 'fpm.d', 'juanpi_php_env.conf');
const shellFile = join(scratch, 'profile.d', 'shell_env.sh');
const socket = join(phpDir, 'demo.sock');
const config = join(scratch, 'config.yaml');

const environment = { ...process.env, TMPDIR: join(scratch, 'tmp'), PATH: searchPath() };

function title(text: string): void {
  console.log(`\n${pc.bold(pc.cyan(text))}`);
}

/** Shows a command as it is typed, and what it prints. */
function show(command: string, output: string): void {
  console.log(pc.dim(`$ ${command.replaceAll(scratch, '…')}`));
  if (output !== '') console.log(output.trimEnd().replaceAll(scratch, '…').replace(/^/gm, '  '));
}

/** One call of the program. Ends the demo when the exit code is not the expected one. */
function reconcile(args: readonly string[], expected = 0): string {
  const result = spawnSync(process.execPath, [join(ROOT, 'dist', 'main.js'), ...args], {
    env: environment,
    encoding: 'utf8',
  });
  const output = result.stdout + result.stderr;
  show(`reconcile ${args.filter((arg) => arg !== '--config' && arg !== config).join(' ')}`, output);
  console.log(pc.dim(`  exit ${result.status}${output === '' ? ', no output' : ''}`));
  if (result.status !== expected)
    throw new Error(`expected exit ${expected}, got ${result.status}: ${output}`);
  return output;
}

function once(expected = 0): string {
  return reconcile(['--once', '--config', config], expected);
}

async function git(...args: readonly string[]): Promise<void> {
  const identity = ['-c', 'user.name=demo', '-c', 'user.email=demo@localhost'];
  await simpleGit({ baseDir: work }).raw([...identity, ...args]);
}

/** Commits and pushes a change to the configuration of every host. */
async function commit(message: string, change: () => void): Promise<void> {
  change();
  await git('commit', '--quiet', '--all', '--message', message);
  await git('push', '--quiet', 'origin', 'main');
  show(`git commit -am '${message}' && git push`, '');
}

function startPhpFpm(): ChildProcess {
  mkdirSync(join(phpDir, 'fpm.d'), { recursive: true });
  const probe = join(phpDir, 'probe.php');
  writeFileSync(
    probe,
    "<?php $value = getenv($_GET['name']); echo $value === false ? '(not set)' : $value;\n",
  );
  const user = isRoot ? 'user = nobody\ngroup = nogroup\n' : '';
  writeFileSync(
    join(phpDir, 'php-fpm.conf'),
    `[global]\nerror_log = ${phpDir}/error.log\nprocess_control_timeout = 10s\n\n` +
      `[demo]\n${user}listen = ${socket}\npm = static\npm.max_children = 2\nping.path = /ping\n` +
      `include = ${phpDir}/fpm.d/*.conf\n`,
  );
  return spawn(findPhpFpm(environment.PATH), ['-n', '-F', '-y', join(phpDir, 'php-fpm.conf')], {
    env: environment,
    stdio: 'ignore',
  });
}

/** The value that a PHP script sees, asked over FastCGI. */
async function ask(name: string): Promise<string> {
  const script = join(phpDir, 'probe.php');
  const answer = await askFastCgi(
    socket,
    {
      params: {
        SCRIPT_FILENAME: script,
        SCRIPT_NAME: '/probe.php',
        REQUEST_METHOD: 'GET',
        QUERY_STRING: `name=${name}`,
      },
    },
    { deadlineMs: 5_000 },
  );
  return answer.stdout.toString('utf8');
}

async function showValue(name: string): Promise<void> {
  console.log(pc.dim(`php: getenv('${name}') in a worker`));
  console.log(`  ${await ask(name)}`);
  const shell = execFileSync('sh', ['-c', `. "$1"; printf %s "\${${name}-(not set)}"`, 'sh', shellFile], {
    encoding: 'utf8',
  });
  console.log(pc.dim(`sh: $${name} after sourcing the file, as a login shell does`));
  console.log(`  ${shell}`);
}

function reloads(): number {
  return readFileSync(join(phpDir, 'error.log'), 'utf8').split('reloading: execvp').length - 1;
}

function showReloads(before: number): void {
  console.log(pc.dim('php-fpm reloads so far'));
  console.log(`  ${reloads()} (${reloads() - before} by this step)`);
}

async function prepare(): Promise<ChildProcess> {
  for (const name of ['tmp', 'profile.d', 'state']) mkdirSync(join(scratch, name), { mode: 0o755 });
  title('1. A config repository from the template, and a private php-fpm');
  reconcile(['init', work]);
  await simpleGit().clone(work, bare, ['--bare']);
  await git('remote', 'add', 'origin', bare);
  show('git clone --bare config config.git', '');
  const php = startPhpFpm();
  while (!existsSync(socket) && php.exitCode === null) await sleep(10);
  if (php.exitCode !== null)
    throw new Error(`php-fpm did not start: ${readFileSync(join(phpDir, 'error.log'), 'utf8')}`);
  writeFileSync(
    config,
    `repository:\n  url: ${bare}\nhost:\n  name: ${HOST}\nfiles:\n  php-fpm:\n    path: ${phpFile}\n  shell:\n    path: ${shellFile}\n` +
      `php_fpm:\n  binary: ${findPhpFpm(environment.PATH)}\n  config: ${phpDir}/php-fpm.conf\nstate: ${scratch}/state/reconcile\nlock: ${scratch}/state/run/lock\n`,
  );
  show('cat /etc/reconcile/config.yaml', readFileSync(config, 'utf8'));
  return php;
}

async function tell(): Promise<void> {
  const common = join(work, 'env', 'common.yaml');
  title('2. First rollout');
  once();
  await showValue('APP_ENV');

  title('3. One commit, one masked diff, one reload');
  let before = reloads();
  await commit('Greet the world, and change a secret', () => {
    appendFileSync(common, 'GREETING: "it\'s 100% \\"exact\\" – 你好"\n');
    appendFileSync(join(work, 'env', 'hosts', `${HOST}.yaml`), 'DB_PASSWORD: not-for-your-eyes\n');
  });
  once();
  showReloads(before);
  await showValue('GREETING');

  title('4. Nothing changed: no write, no reload, no output');
  before = reloads();
  once();
  showReloads(before);

  title('5. A broken commit is refused; php-fpm keeps running');
  await commit('Break it', () => appendFileSync(common, 'BROKEN: $pool of sharks\n1WRONG: name\n'));
  once(14);
  await showValue('GREETING');

  title('6. git revert takes both back');
  before = reloads();
  await git('revert', '--no-edit', 'HEAD', 'HEAD~1');
  await git('push', '--quiet', 'origin', 'main');
  show('git revert HEAD HEAD~1 && git push', '');
  once();
  showReloads(before);
  await showValue('GREETING');

  title('7. A hand edit is healed');
  before = reloads();
  appendFileSync(phpFile, 'env["EDITED_BY_HAND"] = "yes"\n');
  show(`echo 'env["EDITED_BY_HAND"] = "yes"' >> ${phpFile}`, '');
  once();
  showReloads(before);
  reconcile(['status', '--config', config]);
}

let php: ChildProcess | null = null;
try {
  php = await prepare();
  await tell();
  console.log(
    `\n${pc.green('The demo went through.')} Everything it made was in one scratch directory, which is removed now.`,
  );
} finally {
  if (php !== null && php.exitCode === null) {
    php.kill('SIGQUIT');
    await new Promise((resolve) => php?.once('exit', resolve));
  }
  rmSync(scratch, { recursive: true, force: true });
}
