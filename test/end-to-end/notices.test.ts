import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { NoticeService } from '../helpers/notice-services.ts';
import { SECRET, startForge, startNoticeService, TOKEN } from '../helpers/notice-services.ts';
import { serveHttp } from '../helpers/serve-http.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { startDaemon } from './real-daemon.ts';
import { RealHost } from './real-host.ts';

/** Settings that tell a webhook; the URL is in a file, as it is on a host. */
function settingsFor(host: RealHost, url: string, more = ''): string {
  const [urlFile, secretFile] = ['url', 'secret'].map((name) => join(host.directory, `${name}.txt`));
  writeFileSync(urlFile ?? '', `${url}\n`);
  writeFileSync(secretFile ?? '', `${SECRET}\n`);
  return `notify:\n  webhook:\n    url_file: ${urlFile}\n    secret_file: ${secretFile}\n${more}`;
}

/** The events that a webhook took, in order. */
const eventsOf = ({ received }: NoticeService): readonly string[] =>
  received.map(({ body }) => JSON.parse(body).event);

const BAD = { 'env/common.yaml': 'A: one\nA: hunter2\n' };

describe('reconcile --once, by cron', () => {
  test('tells of each change, failure and recovery once, and of no value', async () => {
    const host = await RealHost.start();
    const service = await startNoticeService('webhook');
    host.configure(settingsFor(host, service.url));
    expect(await host.onceBeside()).toBe(0);
    expect(await host.onceBeside()).toBe(0); // a quiet pass
    await host.commit(BAD);
    for (let run = 0; run < 3; run++) expect(await host.onceBeside()).toBe(14);
    writeFileSync(host.shellPath, 'export A=edited\n');
    expect(await host.onceBeside()).toBe(14);
    await host.commit({ 'env/common.yaml': 'A: hunter3\n' });
    expect(await host.onceBeside()).toBe(0);
    expect(eventsOf(service)).toEqual(['applied', 'failed', 'healed', 'recovered']);
    const sent = service.received.map(({ body }) => body).join('\n');
    expect(sent).not.toMatch(/hunter|edited/);
    expect(JSON.parse(service.received[1]?.body ?? '')).toMatchObject({
      host: 'web-1',
      environment: 'test',
      error: { code: 'YAML_DUPLICATE', exit: 14 },
      places: [{ file: 'env/common.yaml', line: 2, column: 1 }],
    });
  });

  test('ends as it would without notices when nobody takes them, and within seconds', async () => {
    const host = await RealHost.start();
    const silent = await serveHttp(() => new Promise(() => undefined));
    host.configure(settingsFor(host, `${silent.origin}/${TOKEN}`));
    const start = performance.now();
    const { exit, stdout, stderr } = await host.onceWithOutput();
    expect(performance.now() - start).toBeLessThan(9_000);
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: expect.stringMatching(/created/) });
    expect(stderr).toBe(
      'warning untold by=webhook what=applied why="the server gave no whole answer in time"\n',
    );
    expect(await host.ask('A')).toBe('one');
  });

  test('does not tell of a dry run, and a quiet pass loads none of it', async () => {
    const host = await RealHost.start();
    const service = await startNoticeService('webhook');
    host.configure(settingsFor(host, service.url));
    await host.onceWithOutput('--dry-run');
    expect(existsSync(join(host.state, 'notices.json'))).toBe(false);
    expect(await host.onceBeside()).toBe(0);
    rmSync(join(host.state, 'notices.json'));
    expect(await host.onceBeside()).toBe(0);
    expect(existsSync(join(host.state, 'notices.json'))).toBe(false);
    expect(eventsOf(service)).toEqual(['applied']);
  });
});

describe('a daemon', () => {
  test('tells a failure once, before and after it was started again, and the recovery', async () => {
    const host = await RealHost.start();
    const service = await startNoticeService('webhook');
    host.configure(settingsFor(host, service.url));
    const first = await startDaemon(host);
    await host.commit(BAD);
    const book = join(host.state, 'notices.json');
    await waitFor('the failure', () => /"toldAt":"/.test(readFileSync(book, 'utf8')));
    first.signal('SIGKILL');
    const second = await startDaemon(host);
    second.signal('SIGHUP');
    await waitFor('another run', () => (second.said().match(/ failed .*YAML_DUPLICATE/g) ?? []).length >= 2);
    await host.commit({ 'env/common.yaml': 'A: three\n' });
    await waitFor('the recovery', () => eventsOf(service).includes('recovered'));
    expect(await second.stop()).toBe(0);
    expect(eventsOf(service)).toEqual(['applied', 'failed', 'recovered']);
    expect(first.said() + second.said()).not.toMatch(new RegExp(`${TOKEN}|${SECRET}`));
  });

  test('is not held up by a service that says nothing', async () => {
    const host = await RealHost.start();
    const silent = await serveHttp(() => new Promise(() => undefined));
    host.configure(settingsFor(host, `${silent.origin}/${TOKEN}`));
    const daemon = await startDaemon(host);
    await waitFor('the first notice', () => silent.received.length > 0);
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    await waitFor('the push', () => host.phpFile().includes('"two"'), 2_000);
    const start = performance.now();
    expect(await daemon.stop()).toBe(0);
    expect(performance.now() - start).toBeLessThan(6_000);
    expect(daemon.said()).not.toContain(TOKEN);
  });

  test('tells whom the configuration names when a run is over', async () => {
    const host = await RealHost.start();
    const service = await startNoticeService('webhook');
    const daemon = await startDaemon(host);
    host.configure(settingsFor(host, service.url));
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    await waitFor('the notice', () => eventsOf(service).includes('applied'));
    expect(await daemon.stop()).toBe(0);
  });

  test('tells its forge what became of each commit', async () => {
    const host = await RealHost.start();
    const bad = await host.commit(BAD);
    const forge = await startForge('github', bad);
    const tokenFile = join(host.directory, 'token');
    writeFileSync(tokenFile, TOKEN);
    host.configure(`commit_status:\n  forge: github\n  url: ${forge.url}\n  token_file: ${tokenFile}\n`);
    const daemon = await startDaemon(host);
    await waitFor('the status', () => forge.statuses.get('php-env-reconciler/web-1') === 'failure');
    daemon.signal('SIGHUP');
    await waitFor('another run', () => (daemon.said().match(/ failed /g) ?? []).length >= 2);
    expect(JSON.parse(forge.received[0]?.body ?? '').description).toBe(
      'refused: YAML_DUPLICATE at env/common.yaml:2:1',
    );
    expect(forge.received).toHaveLength(1);
    expect(readFileSync(join(host.state, 'notices.json'), 'utf8')).not.toContain(TOKEN);
  });
});
