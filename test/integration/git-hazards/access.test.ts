import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Access } from '../../../src/adapters/git/access.ts';
import { failureOf } from '../../helpers/failure-of.ts';
import { startFaultyServer } from '../../helpers/faulty-server.ts';
import { findFreePort, isListening } from '../../helpers/free-port.ts';
import type { Served } from '../../helpers/git-places.ts';
import { findCommand, startServerProcess } from '../../helpers/server-process.ts';
import { hasSshd } from '../../helpers/ssh-server.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import type { Kind } from './sources.ts';
import {
  content,
  freshClone,
  hazard,
  makeRepository,
  OVER_HTTP,
  openAt,
  SERVED,
  serve,
  setEnvironment,
  take,
  through,
  writeFile,
} from './sources.ts';

const TOKEN = 'T0ken-that-nobody-may-see';
const AT_ONCE_MS = 8_000;

/** Programs that would ask a person, each leaving a trace. */
function setAskers(): string {
  const trace = join(temporaryDirectory(), 'asked');
  const asker = join(temporaryDirectory(), 'asker');
  writeFileSync(asker, `#!/bin/sh\ntouch ${trace}\necho secret\n`, { mode: 0o755 });
  setEnvironment({ GIT_ASKPASS: asker, SSH_ASKPASS: asker, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' });
  return trace;
}

/** Fails at once and in this way, and asks nobody. */
async function expectNoQuestion(
  place: Served & { readonly kind: Kind },
  access: Partial<Access>,
): Promise<void> {
  const trace = setAskers();
  const start = performance.now();
  const { code, message } = await failureOf(openAt(place, { access }).probe());
  expect([code, message]).toEqual(['SOURCE_DENIED', expect.stringMatching(/.{10}/)]);
  expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
  expect(readdirSync(dirname(trace))).toEqual([]);
}

hazard('question for a user name and password', OVER_HTTP, async (kind) => {
  const place = await serve(kind, makeRepository().repository.gitdir, {
    login: { username: 'git', password: 'x' },
  });
  await expectNoQuestion(place, {});
});

hazard('question for the passphrase of a key', ['ssh'], async (kind) => {
  const place = await serve(kind, makeRepository().repository.gitdir);
  const identityFile = join(temporaryDirectory(), 'key');
  copyFileSync(place.access.identityFile ?? '', identityFile);
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'passphrase', '-f', identityFile]);
  await expectNoQuestion(place, { identityFile });
});

hazard('question for a password by ssh', ['ssh'], async (kind) => {
  const { repository } = makeRepository();
  const place = await serve(kind, repository.gitdir);
  const keys = dirname(place.server.identityFile);
  const [port, directory] = [await findFreePort(), temporaryDirectory()];
  const configuration = writeFile(`ListenAddress 127.0.0.1
Port ${port}
PidFile none
HostKey ${join(keys, 'host')}
AuthenticationMethods password
PasswordAuthentication yes
PubkeyAuthentication no
UsePAM no
`);
  await startServerProcess({
    command: findCommand('sshd') ?? 'sshd',
    args: ['-D', '-e', '-f', configuration],
    log: join(directory, 'log'),
    isReady: () => isListening(port),
  });
  await expectNoQuestion(through(place, port), {});
});

hazard('ssh server that nobody knows', ['ssh'], async (kind) => {
  const place = await serve(kind, makeRepository().repository.gitdir);
  const knownHostsFile = writeFile('');
  const source = openAt(place, { access: { knownHostsFile } });
  expect(await failureOf(source.probe())).toMatchObject({ code: 'SERVER_UNTRUSTED' });
  expect(readFileSync(knownHostsFile, 'utf8')).toBe('');
});

/** Whatever a process of this user shows of itself in /proc, but for ourselves. */
function shownByProcesses(part: 'cmdline' | 'environ'): readonly string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/${part}`, 'latin1')];
      } catch {
        return []; // it ended while we looked, or belongs to another user
      }
    });
}

const FORMS = [TOKEN, Buffer.from(`git:${TOKEN}`).toString('base64')];
const showsToken = (text: string): boolean => FORMS.some((form) => text.includes(form));

hazard('token in arguments and environment of processes, and in messages', OVER_HTTP, async (kind) => {
  const { repository } = makeRepository();
  const place = await serve(kind, repository.gitdir);
  const faulty = await startFaultyServer({ kind: 'silent' });
  const tokenFile = writeFile(`${TOKEN}\n`);
  const clone = freshClone();
  const source = openAt(through(place, faulty.port), {
    access: { tokenFile },
    limits: { fetchMs: 3_000 },
    clone,
  });
  const failed = failureOf(source.probe());
  await waitFor('somebody to speak', () => faulty.connections() > 0);
  if (kind === 'http')
    expect(shownByProcesses('cmdline').some((line) => line.includes(`:${faulty.port}/`))).toBe(true);
  expect(shownByProcesses('cmdline').filter(showsToken)).toEqual([]);
  expect(shownByProcesses('environ').filter(showsToken)).toEqual([]);
  expect(showsToken((await failed).whole)).toBe(false);
});

hazard('token in messages and what is behind them', OVER_HTTP, async (kind) => {
  const place = await serve(kind, makeRepository().repository.gitdir, {
    login: { username: 'git', password: 'another' },
  });
  const access = { tokenFile: writeFile(`${TOKEN}\n`) };
  const denied = await failureOf(openAt(place, { access }).probe());
  expect([denied.code, showsToken(denied.whole)]).toEqual(['SOURCE_DENIED', false]);
  const clone = freshClone();
  await place.server.restart({ login: { username: 'git', password: TOKEN } });
  expect(await take(openAt(place, { access, clone }))).toMatchObject({ files: content });
  if (kind === 'http') expect(() => execFileSync('grep', ['-rq', TOKEN, clone])).toThrow();
});

hazard('processes that outlive a deadline', SERVED, async (kind) => {
  const place = await serve(kind, makeRepository().repository.gitdir);
  const faulty = await startFaultyServer({ kind: 'silent' });
  const clone = freshClone();
  const source = openAt(through(place, faulty.port), { limits: { fetchMs: 2_000 }, clone });
  const mine = () =>
    shownByProcesses('environ').filter((text) => text.includes(`GIT_CONFIG_GLOBAL=${clone}`));
  const failed = failureOf(source.probe());
  await waitFor('somebody to speak', () => faulty.connections() > 0);
  if (kind !== 'snapshot') expect(mine().length).toBeGreaterThan(1);
  expect(await failed).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  expect(mine()).toEqual([]);
});

test.skipIf(!hasSshd)('GIT_SSH_COMMAND of ours reaches git through simple-git', async () => {
  const place = await serve('ssh', makeRepository().repository.gitdir);
  const stranger = { identityFile: place.server.strangerFile };
  expect(await failureOf(openAt(place, { access: stranger }).probe())).toMatchObject({
    code: 'SOURCE_DENIED',
  });
  expect(await take(openAt(place))).toMatchObject({ files: content });
});
