import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readMemoryKib } from '../helpers/process-memory.ts';
import { connectRaw } from '../helpers/raw-client.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { SENDERS } from '../helpers/webhooks.ts';
import { RealListener } from './real-listener.ts';

const { secret, other } = SENDERS.github;
const MEBIBYTE = 1024 * 1024;
const SLOW = 20_000;
const COMMITS = 5;

describe('a webhook', () => {
  test('brings a commit in, and its revert', async () => {
    const listener = await RealListener.start();
    const { host } = listener;
    const before = host.php.reloadsSeen();
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    expect(await listener.deliver()).toEqual({ status: 202, body: 'a run is asked for\n' });
    await waitFor('the commit', async () => (await host.ask('A')) === 'two', SLOW);
    await host.revert();
    expect(await listener.deliver()).toMatchObject({ status: 202 });
    await waitFor('the revert', async () => (await host.ask('A')) === 'one', SLOW);
    expect(host.php.reloadsSeen() - before).toBe(2);
    expect(await listener.daemon.stop()).toBe(0);
  });

  test('that comes again, is signed wrongly or is about something else brings nothing', async () => {
    const listener = await RealListener.start();
    const { host } = listener;
    const again = { headers: { 'X-GitHub-Delivery': 'the-same' } };
    expect(await listener.deliver(again)).toMatchObject({ status: 202 });
    await listener.askLocally('POST /run'); // whatever was asked for is over
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    expect(await listener.deliver(again)).toMatchObject({ status: 200 });
    expect(await listener.deliver({ secret: other })).toMatchObject({ status: 401 });
    expect(await listener.deliver({ body: '{"ref":"refs/heads/other"}' })).toMatchObject({ status: 200 });
    expect(await listener.deliver({ headers: { 'X-GitHub-Event': 'ping' } })).toMatchObject({ status: 200 });
    expect(await host.ask('A')).toBe('one');
    expect(await listener.deliver()).toMatchObject({ status: 202 });
    await waitFor('the commit', async () => (await host.ask('A')) === 'two', SLOW);
    expect(listener.daemon.said()).toMatch(
      /warning webhook-refused why="the signature is not right" status=401/,
    );
    for (const text of [secret, other]) expect(listener.daemon.said()).not.toContain(text.toString());
  });

  test('brings the tip, also where pushes are told in another order', async () => {
    const listener = await RealListener.start();
    const { host } = listener;
    const first = await host.commit({ 'env/common.yaml': 'A: two\n' });
    const second = await host.commit({ 'env/common.yaml': 'A: three\n' });
    const tell = (after: string) =>
      listener.deliver({ body: JSON.stringify({ ref: 'refs/heads/main', after }) });
    expect((await tell(second)).status).toBe(202);
    await waitFor('the tip', async () => (await host.ask('A')) === 'three', SLOW);
    expect((await tell(first)).status).toBe(202);
    await listener.askLocally('POST /run');
    expect(await host.ask('A')).toBe('three');
  });

  test('is taken with either secret while one is replaced, without a restart', async () => {
    const listener = await RealListener.start();
    const statuses = async () => [
      (await listener.deliver({ secret })).status,
      (await listener.deliver({ secret: other })).status,
    ];
    expect(await statuses()).toEqual([202, 401]);
    listener.writeSecret(other);
    expect(await statuses()).toEqual([202, 202]);
    rmSync(`${listener.secretFile}.old`);
    expect(await statuses()).toEqual([401, 202]);
    listener.writeSecret(Buffer.from('short'));
    expect(await statuses()).toEqual([503, 503]);
    expect(listener.daemon.said()).toMatch(
      /webhook-unusable why="cannot use the secret in \S+: it has 5 bytes/,
    );
  });

  test('delivered a thousand times within ten seconds costs few runs, and the last commit is live', async () => {
    const listener = await RealListener.start();
    const { host, daemon } = listener;
    const [reloads, started] = [host.php.reloadsSeen(), performance.now()];
    const statuses: number[] = [];
    const runners: number[] = [];
    const deliver = async () => {
      statuses.push((await listener.deliver()).status);
      runners.push(daemon.runners().length);
    };
    for (let commit = 1; commit <= COMMITS; commit++) {
      await host.commit({ 'env/common.yaml': `A: value ${commit}\n` });
      for (let sent = 0; sent < 1000 / COMMITS; sent += 10)
        await Promise.all(Array.from({ length: 10 }, deliver));
    }
    const seconds = (performance.now() - started) / 1000;
    await waitFor('the last commit', async () => (await host.ask('A')) === `value ${COMMITS}`, SLOW);
    await listener.askLocally('POST /run'); // whatever was asked for is over
    const looks = daemon.said().match(/ (run|failed) .*reasons=\S*webhook/g)?.length;
    console.info(
      `1000 deliveries in ${seconds.toFixed(1)} s: ${looks} looks, peak ${peakOf(daemon.pid)} MiB`,
    );
    expect(seconds).toBeLessThan(10);
    expect(looks).toBeLessThanOrEqual(Math.ceil(10 * seconds) + 1);
    expect(statuses).toEqual(Array(1000).fill(202));
    expect(host.php.reloadsSeen() - reloads).toBeLessThanOrEqual(COMMITS);
    expect(Math.max(...runners)).toBe(1);
    expect(peakOf(daemon.pid)).toBeLessThan(160);
  });
});

describe('whoever means no good over the network', () => {
  test('cannot send a gigabyte', async () => {
    const listener = await RealListener.start();
    const before = peakOf(listener.daemon.pid);
    const head = (length: string) => `POST /webhook HTTP/1.1\r\nHost: a\r\n${length}\r\n\r\n`;
    const told = await pour(listener.port, head(`Content-Length: ${1024 * MEBIBYTE}`));
    const chunked = await pour(listener.port, `${head('Transfer-Encoding: chunked')}40000000\r\n`);
    for (const { heard, bytes } of [told, chunked]) {
      expect(heard).toContain('413 Payload Too Large');
      expect(bytes).toBeLessThan(32 * MEBIBYTE); // most of it in buffers of the kernel
    }
    expect(peakOf(listener.daemon.pid) - before).toBeLessThan(32);
    expect(await listener.deliver()).toMatchObject({ status: 202 });
  });

  test('cannot keep connections by being slow', async () => {
    const listener = await RealListener.start();
    const slow = await Promise.all(Array.from({ length: 100 }, () => connectRaw(listener.port)));
    for (const { socket } of slow) socket.write('POST /webhook HTTP/1.1\r\n');
    const timer = setInterval(() => {
      for (const { socket } of slow) if (socket.writable) socket.write('X-Slow: very\r\n');
    }, 200);
    expect(await listener.ask('GET /healthz')).toMatchObject({ status: 200 });
    expect(await listener.deliver()).toMatchObject({ status: 202 });
    await Promise.all(slow.map(({ ended }) => ended));
    clearInterval(timer);
  });

  test('cannot ask for a run or reach what is of this host alone', async () => {
    const listener = await RealListener.start();
    for (const what of ['POST /run', 'POST /warm']) expect((await listener.ask(what)).status).toBe(404);
    expect((await listener.askLocally('POST /webhook')).status).toBe(404);
    expect((await listener.ask('GET /webhook')).status).toBe(405);
  });
});

/** Highest resident memory of a process so far, in MiB. */
function peakOf(pid: number): number {
  return Math.round(readMemoryKib(pid, 'VmHWM') / 1024);
}

/** Sends as much as is taken behind a head. */
async function pour(port: number, head: string): Promise<{ heard: string; bytes: number }> {
  const client = await connectRaw(port);
  client.socket.write(head);
  const chunk = Buffer.alloc(64 * 1024);
  while (!client.socket.destroyed) {
    if (client.socket.write(chunk)) continue;
    await Promise.race([once(client.socket, 'drain').catch(() => undefined), client.ended]);
  }
  return { heard: client.heard(), bytes: client.socket.bytesWritten };
}
