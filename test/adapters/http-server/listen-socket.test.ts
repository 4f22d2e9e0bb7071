import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listenSocket } from '../../../src/adapters/http-server/listen-socket.ts';
import { HttpServer } from '../../../src/adapters/http-server/server.ts';
import { answerText } from '../../../src/core/http/exchange.ts';
import { failureOf } from '../../helpers/failure-of.ts';
import { FakeClock } from '../../helpers/fakes/clock.ts';
import { FakeLog } from '../../helpers/fakes/log.ts';
import { askRaw } from '../../helpers/raw-client.ts';
import { isRoot, temporaryDirectory } from '../../helpers/temporary-directory.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const GET = 'GET /hello HTTP/1.1\r\nHost: a\r\n\r\n';
const [NOBODY, GROUP] = [65_534, 54_321];

/** A path in a directory that is not there yet, whose parents anybody may pass. */
function makePath(): string {
  const directory = temporaryDirectory();
  chmodSync(directory, 0o711);
  return join(directory, 'control', 'socket');
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8);
}

function makeServer(): HttpServer {
  const handle = async () => answerText(200, 'hello');
  const routes = [{ method: 'GET', path: '/hello', maxBodyBytes: 0, handle }] as const;
  return new HttpServer({ routes, clock: new FakeClock(), log: new FakeLog() });
}

async function listen(path: string, gid: number | null = null): Promise<HttpServer> {
  const server = makeServer();
  await listenSocket(server.server, { path, gid });
  onTestFinished(() => server.close().catch(() => undefined)); // the test may have closed it
  return server;
}

/** Whether another user can connect. */
function canConnect(path: string, gid: number): boolean {
  const script = `require('node:net').connect(${JSON.stringify(path)}).on('connect', () => process.exit(0)).on('error', () => process.exit(1))`;
  const user = [`--reuid=${NOBODY}`, `--regid=${gid}`, '--clear-groups'];
  return spawnSync('setpriv', [...user, process.execPath, '-e', script]).status === 0;
}

describe('the control socket', () => {
  test('is for this user alone, and goes with the server', async () => {
    const path = makePath();
    const server = await listen(path);
    expect([modeOf(dirname(path)), modeOf(path)]).toEqual(['700', '600']);
    expect(await askRaw(path, GET)).toContain('200 OK');
    await server.close();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test.runIf(isRoot)('is for a group as well where one is named', async () => {
    const path = makePath();
    expect(canConnect(path, GROUP)).toBe(false);
    await listen(path, GROUP);
    expect([modeOf(dirname(path)), modeOf(path)]).toEqual(['750', '660']);
    expect(canConnect(path, GROUP)).toBe(true);
    expect(canConnect(path, NOBODY)).toBe(false);
  });

  test.runIf(isRoot)('takes the group away again where none is named any more', async () => {
    const path = makePath();
    await (await listen(path, GROUP)).close();
    await listen(path);
    expect([modeOf(dirname(path)), modeOf(path)]).toEqual(['700', '600']);
    expect(canConnect(path, GROUP)).toBe(false);
  });

  test('leaves a directory with other things in it as it is', async () => {
    const path = makePath();
    mkdirSync(dirname(path));
    chmodSync(dirname(path), 0o755);
    writeFileSync(join(dirname(path), 'other'), '');
    await listen(path);
    expect([modeOf(dirname(path)), modeOf(path)]).toEqual(['755', '600']);
  });

  test('of a killed program is replaced', async () => {
    const path = makePath();
    mkdirSync(dirname(path));
    const script = `require('node:net').createServer().listen(${JSON.stringify(path)})`;
    const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    await waitFor('the program to listen', () => existsSync(path));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(path)).toBe(true);
    await listen(path);
    expect(await askRaw(path, GET)).toContain('200 OK');
  });
});

describe('it is refused', () => {
  const refused = async (path: string, gid: number | null = null) => {
    const { code, message } = await failureOf(listenSocket(makeServer().server, { path, gid }));
    expect(code).toBe('CONFIG_INVALID');
    expect(message).toContain(`cannot listen on control.socket ${path}: `);
    return message;
  };

  test('where another program listens', async () => {
    const path = makePath();
    await listen(path);
    expect(await refused(path)).toContain('another program listens there');
    expect(await askRaw(path, GET)).toContain('200 OK');
  });

  test.each([
    ['a file', (path: string) => writeFileSync(path, 'kept')],
    ['a link', (path: string) => symlinkSync('/dev/null', path)],
    ['a directory', (path: string) => mkdirSync(path)],
  ])('where %s stands', async (_, make) => {
    const path = makePath();
    mkdirSync(dirname(path));
    make(path);
    expect(await refused(path)).toContain('something else stands there');
  });

  test('in a directory that others can write', async () => {
    const path = makePath();
    mkdirSync(dirname(path));
    chmodSync(dirname(path), 0o777);
    expect(await refused(path)).toContain('can be written by others');
  });

  test('in a parent that is missing, or that others can write', async () => {
    const path = makePath();
    expect(await refused(join(path, 'deep', 'socket'))).toContain('does not exist');
    chmodSync(dirname(dirname(path)), 0o777);
    expect(await refused(path)).toContain('can be written by others');
  });

  test('by a link', async () => {
    const path = makePath();
    mkdirSync(dirname(path));
    const link = join(dirname(dirname(path)), 'link');
    symlinkSync(dirname(path), link);
    expect(await refused(join(link, 'socket'))).toContain('is a link or no directory');
  });

  test('with a path that no socket can have', async () => {
    const message = await refused(join(dirname(makePath()), 'x'.repeat(100)));
    expect(message).toContain('a socket can have a path of 107 bytes at most');
  });

  test.runIf(isRoot)('for a group that cannot get there', async () => {
    const path = makePath();
    chmodSync(dirname(dirname(path)), 0o700);
    expect(await refused(path, GROUP)).toMatch(/group 54321 cannot pass through \/\S+ \(mode 700\)/);
  });
});
