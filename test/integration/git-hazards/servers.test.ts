import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSource as openRemoteSource } from '../../../src/adapters/git/open-source.ts';
import { SNAPSHOT_LIMITS } from '../../../src/adapters/snapshot-rules.ts';
import { parseRemote } from '../../../src/core/git/remote.ts';
import type { CertificateKind } from '../../helpers/certificates.ts';
import { makeAuthority } from '../../helpers/certificates.ts';
import { failureOf } from '../../helpers/failure-of.ts';
import { startFaultyServer } from '../../helpers/faulty-server.ts';
import { startForwardProxy } from '../../helpers/forward-proxy.ts';
import { NO_ACCESS } from '../../helpers/git-places.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import {
  content,
  EVERY,
  FETCHED,
  freshClone,
  hazard,
  isOneOf,
  MAIN,
  makeMarker,
  makeRepository,
  OVER_HTTP,
  openAt,
  openSource,
  SERVED,
  serve,
  setEnvironment,
  take,
  through,
  writeFile,
} from './sources.ts';

test.each([
  ['git@127.0.0.1:env.git', 'ssh'],
  ['ssh://git@127.0.0.1:1/env.git', 'ssh'],
  ['file:///nowhere/env.git', 'file'],
  ['/nowhere/env.git', 'path'],
])('scheme that is not http: %s is reached by %s', async (text, kind) => {
  const parsed = parseRemote(text);
  if ('wrong' in parsed) return expect.unreachable(parsed.wrong);
  expect(parsed.remote.kind).toBe(kind);
  const source = openRemoteSource({
    remotes: [parsed.remote],
    transport: 'auto',
    tracked: MAIN,
    access: NO_ACCESS,
    limits: { ...SNAPSHOT_LIMITS, fetchMs: 20_000 },
    clone: freshClone(),
    tell: () => {},
  });
  const { code, message } = await failureOf(source.probe());
  expect(code).toBeOneOf(
    kind === 'ssh' ? ['SOURCE_UNREACHABLE', 'SERVER_UNTRUSTED'] : ['SOURCE_UNREACHABLE'],
  );
  if (kind === 'ssh') expect(message).toMatch(/ssh: connect to host|[Hh]ost key/);
});

hazard('proxy of the environment', OVER_HTTP, async (kind) => {
  const { repository, commit } = makeRepository();
  const proxy = await startForwardProxy();
  const place = await serve(kind, repository.gitdir);
  const proxies = { http_proxy: `http://127.0.0.1:${proxy.port}` };
  expect(await take(openAt(place, { access: { proxies } }))).toMatchObject({ commit });
  expect(proxy.asked.length).toBeGreaterThan(0);
  const before = proxy.asked.length;
  await take(openAt(place, { access: { proxies: { ...proxies, no_proxy: '127.0.0.1' } } }));
  expect(proxy.asked).toHaveLength(before);
});

hazard('proxy of the environment in front of TLS', OVER_HTTP, async (kind) => {
  const { repository, commit } = makeRepository();
  const [proxy, authority] = [await startForwardProxy(), makeAuthority()];
  const place = await serve(kind, repository.gitdir, { certificate: authority.issue('valid') });
  const proxies = { https_proxy: `http://127.0.0.1:${proxy.port}` };
  const source = openAt(place, { access: { caFile: authority.caFile, proxies } });
  expect(await take(source)).toMatchObject({ commit, files: content });
  expect(proxy.asked[0]?.[0]).toBe(`CONNECT 127.0.0.1:${place.port}`);
});

hazard('private certificate authority', OVER_HTTP, async (kind) => {
  const { repository, commit } = makeRepository();
  const authority = makeAuthority();
  const place = await serve(kind, repository.gitdir, { certificate: authority.issue('valid') });
  expect(await take(openAt(place, { access: { caFile: authority.caFile } }))).toMatchObject({ commit });
  expect(await failureOf(openAt(place).probe())).toMatchObject({ code: 'SERVER_UNTRUSTED' });
});

hazard('certificate authority or its absence in the environment', OVER_HTTP, async (kind) => {
  const { repository, commit } = makeRepository();
  const [authority, other] = [makeAuthority(), makeAuthority()];
  const place = await serve(kind, repository.gitdir, { certificate: authority.issue('valid') });
  setEnvironment({
    GIT_SSL_CAINFO: other.caFile,
    GIT_SSL_NO_VERIFY: '1',
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
  });
  expect(await take(openAt(place, { access: { caFile: authority.caFile } }))).toMatchObject({ commit });
  const misled = openAt(place, { access: { caFile: other.caFile } });
  expect(await failureOf(misled.probe())).toMatchObject({ code: 'SERVER_UNTRUSTED' });
});

hazard('certificate that is not valid', OVER_HTTP, async (kind) => {
  const { repository } = makeRepository();
  const authority = makeAuthority();
  const place = await serve(kind, repository.gitdir);
  for (const fault of ['wrong-name', 'expired', 'foreign-authority'] satisfies CertificateKind[]) {
    await place.server.restart({ certificate: authority.issue(fault) });
    const tls = { ...place, url: place.url.replace('http:', 'https:') };
    const source = openAt(tls, { access: { caFile: authority.caFile } });
    expect([fault, (await failureOf(source.probe())).code]).toEqual([fault, 'SERVER_UNTRUSTED']);
  }
});

hazard('redirect', OVER_HTTP, async (kind) => {
  const { repository, commit } = makeRepository();
  const place = await serve(kind, repository.gitdir);
  const target = await serve(kind, makeRepository().repository.gitdir);
  const source = openAt(place, { access: { tokenFile: writeFile('T0ken\n') } });
  expect(await take(source)).toMatchObject({ commit });
  const newAddress = `127.0.0.1:${target.port}/`;
  await place.server.restart({ redirect: { from: '/', to: `http://${newAddress}` } });
  const { code, message } = await failureOf(source.probe());
  expect([code, message]).toEqual(['SOURCE_UNREACHABLE', expect.stringMatching(/repository\.url/)]);
  expect(target.server.requests()).toEqual([]);
});

hazard('configuration of the user and of the machine', FETCHED, async (kind) => {
  const { repository, commit } = makeRepository();
  const { file, command } = makeMarker();
  const home = temporaryDirectory();
  const included = join(home, 'included');
  writeFileSync(included, `[core]\n\tsshCommand = ${command}; false\n`);
  writeFileSync(
    join(home, '.gitconfig'),
    [
      `[url "${makeRepository().repository.path}"]\n\tinsteadOf = file://`,
      `[url "http://127.0.0.1:1/"]\n\tinsteadOf = http://`,
      `[credential]\n\thelper = "!${command}"`,
      `[core]\n\tsshCommand = ${command}; false\n\tfsmonitor = ${command}\n\talternateRefsCommand = ${command}`,
      `[includeIf "gitdir:/"]\n\tpath = ${included}`,
      `[uploadpack]\n\tpackObjectsHook = "${command}; exec"\n[http]\n\tproxy = http://127.0.0.1:1`,
      '',
    ].join('\n'),
  );
  const place = await serve(kind, repository.gitdir, { login: { username: 'git', password: 'x' } });
  const own = join(home, '.gitconfig');
  setEnvironment({ HOME: home, XDG_CONFIG_HOME: home, GIT_CONFIG_GLOBAL: own, GIT_CONFIG_SYSTEM: own });
  const access = isOneOf(OVER_HTTP, kind) ? { tokenFile: writeFile('x') } : {};
  expect(await take(openAt(place, { access }))).toMatchObject({ commit, files: content });
  if (isOneOf(OVER_HTTP, kind))
    expect(await failureOf(openAt(place).probe())).toMatchObject({ code: 'SOURCE_DENIED' });
  expect(existsSync(file)).toBe(false);
});

test.each([
  'https://user:s3cret@example.com/env.git',
  'https://s3cret@example.com/env.git',
  'ssh://user:s3cret@example.com/env.git',
  'file://user:s3cret@/env.git',
])('token in a URL is refused and not repeated: %s', (text) => {
  const parsed = parseRemote(text);
  expect(parsed).toMatchObject({ wrong: expect.any(String) });
  expect(JSON.stringify(parsed)).not.toContain('s3cret');
});

hazard('server that accepts and never answers', SERVED, async (kind) => {
  const { repository, commit } = makeRepository();
  const place = await serve(kind, repository.gitdir);
  const faulty = await startFaultyServer({ kind: 'silent' });
  const fetchMs = 2_000;
  const source = openAt(through(place, faulty.port), { limits: { fetchMs } });
  const start = performance.now();
  expect(await failureOf(source.probe())).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  expect(performance.now() - start).toBeLessThan(fetchMs + 4_000);
  faulty.become({ kind: 'forward', upstream: place.port });
  const patient = openAt(through(place, faulty.port));
  expect(await take(patient)).toMatchObject({ commit });
});

hazard('HEAD of the server names a branch that does not exist', EVERY, async (kind) => {
  const { repository, commit } = makeRepository();
  repository.git('symbolic-ref', 'HEAD', 'refs/heads/master');
  expect(await take(await openSource(kind, repository.gitdir))).toMatchObject({ commit, files: content });
});
