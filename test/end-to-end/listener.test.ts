import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findFreePort } from '../helpers/free-port.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { RealHost } from './real-host.ts';
import { RealListener } from './real-listener.ts';

describe('the control socket', () => {
  test('is for this user alone, brings a commit in and answers with the run', async () => {
    const listener = await RealListener.start();
    const { host, socket } = listener;
    const modes = [dirname(socket), socket].map((path) => (statSync(path).mode & 0o7777).toString(8));
    expect(modes).toEqual(['700', '600']);
    // The watch on the files sees what the first run wrote, and would bring the commit in before the request.
    await waitFor('the look at what the first run wrote', () => /reasons=drift/.test(listener.daemon.said()));
    const commit = await host.commit({ 'env/common.yaml': 'A: two\n' });
    expect(await listener.askLocally('POST /warm')).toEqual({ status: 200, body: 'null\n' });
    const { status, body } = await listener.askLocally('POST /run');
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      reasons: ['request'],
      seconds: expect.any(Number),
      report: { status: 'applied', exitCode: 0, commit, reloads: 1 },
    });
    expect(await host.ask('A')).toBe('two');
    await listener.daemon.stop();
    expect(existsSync(socket)).toBe(false);
  });

  test('that a killed daemon left is replaced', async () => {
    const listener = await RealListener.start();
    const { pid } = listener.daemon;
    listener.daemon.signal('SIGKILL');
    await waitFor('the daemon to end', () => !existsSync(`/proc/${pid}/fd/0`));
    expect(existsSync(listener.socket)).toBe(true);
    await listener.restart();
    expect(await listener.askLocally('GET /healthz')).toMatchObject({ status: 200 });
  });

  test('answers a run that was asked for before the daemon was told to end', async () => {
    const listener = await RealListener.start();
    await listener.host.commit({ 'env/common.yaml': 'A: two\n' });
    const countProbes = () => listener.daemon.said().match(/debug probed/g)?.length ?? 0;
    const before = countProbes();
    const answer = listener.askLocally('POST /run');
    await waitFor('the request to be taken', () => countProbes() > before);
    const ended = listener.daemon.stop();
    expect(JSON.parse((await answer).body)).toMatchObject({ report: { status: 'applied' } });
    expect(await ended).toBe(0);
  });
});

describe('health', () => {
  test('turns bad while no run ends well, and good again', async () => {
    const listener = await RealListener.start('health: {stale_seconds: 1}\n');
    const { host } = listener;
    expect(await listener.askLocally('POST /run')).toMatchObject({ status: 200 });
    expect(await listener.ask('GET /readyz')).toEqual({ status: 200, body: '{"ready":true,"why":[]}\n' });
    await host.commit({ 'env/common.yaml': 'A: [no, text]\n' });
    await listener.askLocally('POST /run');
    await waitFor('it to be stale', async () => (await listener.ask('GET /readyz')).status === 503);
    expect((await listener.ask('GET /readyz')).body).toMatch(
      /^\{"ready":false,"why":\["no run has ended well for \d+ s: the last one ended with YAML_SHAPE"\]\}\n$/,
    );
    expect(await listener.ask('GET /healthz')).toMatchObject({ status: 200 });
    await host.revert();
    await listener.askLocally('POST /run');
    expect(await listener.ask('GET /readyz')).toMatchObject({ status: 200 });
  });

  test('is told with where the host stands, and without a value', async () => {
    const listener = await RealListener.start();
    const { host } = listener;
    const commit = await host.commit({ 'env/common.yaml': 'A: not to be told\n' });
    await listener.askLocally('POST /run');
    await host.commit({ 'env/common.yaml': 'A: "not to be told\\0"\n' });
    expect((await listener.askLocally('POST /run')).status).toBe(200);
    const { status, body } = await listener.ask('GET /status');
    expect(status).toBe(200);
    expect(body).not.toContain('not to be told');
    expect(JSON.parse(body)).toMatchObject({
      host: 'web-1',
      applied: commit,
      owed: null,
      lastRun: { exitCode: 14, error: { hint: expect.any(String) } },
    });
  });
});

describe('a daemon does not begin', () => {
  const endOf = (host: RealHost) => host.call('daemon', '--config', host.config);

  test('where its port is taken', async () => {
    const listener = await RealListener.start();
    const second = await RealHost.start();
    second.configure(`listen: {port: ${listener.port}}\n`);
    const { exit, stderr } = endOf(second);
    expect(exit).toBe(78);
    expect(stderr).toMatch(
      /^reconcile: cannot listen on 127\.0\.0\.1 port \d+: another program listens there; choose another listen\.port \[CONFIG_INVALID\]\n/,
    );
  });

  test('with secrets that it cannot use, and says so of each', async () => {
    const host = await RealHost.start();
    const port = await findFreePort();
    const files = 'secret_file: /nowhere/secret, previous_secret_file: /dev/null';
    host.configure(`listen: {port: ${port}}\nwebhook: {sender: github, ${files}}\n`);
    const { exit, stderr } = endOf(host);
    expect(exit).toBe(78);
    expect(stderr).toContain('cannot use the secret in /nowhere/secret: no such file or directory');
    expect(stderr).toContain('cannot use the secret in /dev/null: it is no regular file');
  });
});
