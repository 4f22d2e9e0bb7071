import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { placeOnOldSsh, placeOnSsh } from '../../helpers/git-places.ts';
import { GitRepository } from '../../helpers/git-repository.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import type { Bench } from './bench.ts';
import { expectFailure, openAt, readTip } from './bench.ts';

const content = { 'env/common.yaml': 'A: 1\n' };

async function start() {
  const repository = new GitRepository();
  repository.commit(content);
  return await placeOnSsh(repository.gitdir);
}

/** How a source comes in over SSH; the bench's own places are not used. */
export function sshAccessContract(bench: Bench): void {
  describe('access over SSH', () => {
    test('a wrong key is denied', async () => {
      const { url, access, server } = await start();
      const stranger = { ...access, identityFile: server.strangerFile };
      await expectFailure(openAt(bench, { url, access: stranger }).probe(), 'SOURCE_DENIED');
      expect(await readTip(openAt(bench, { url, access }))).toMatchObject({ files: content });
    });

    test('a host with another key is not trusted, and trusted again when it has its own', async () => {
      const { url, access, server } = await start();
      const before = readFileSync(server.knownHostsFile, 'utf8');
      const source = openAt(bench, { url, access });
      for (const _ of ['first', 'again']) {
        await server.changeHostKey();
        await expectFailure(source.probe(), 'SERVER_UNTRUSTED');
        expect(readFileSync(server.knownHostsFile, 'utf8')).toBe(before);
        await server.restoreHostKey();
        expect(await readTip(source)).toMatchObject({ files: content });
      }
    });

    test('a host that nobody knows is not trusted, and is not made known', async () => {
      const { url, access, server } = await start();
      const knownHostsFile = join(temporaryDirectory(), 'known_hosts');
      writeFileSync(knownHostsFile, '');
      const source = openAt(bench, { url, access: { ...access, knownHostsFile } });
      await expectFailure(source.probe(), 'SERVER_UNTRUSTED');
      expect(readFileSync(knownHostsFile, 'utf8')).toBe('');
      writeFileSync(knownHostsFile, server.hostLine());
      expect(await readTip(source)).toMatchObject({ files: content });
    });

    test('a server that knows only the first version of the protocol is read and followed', async () => {
      const repository = new GitRepository();
      repository.commit(content);
      const source = openAt(bench, await placeOnOldSsh(repository.gitdir));
      expect(await readTip(source)).toMatchObject({ files: content });
      const commit = repository.commit({ 'env/common.yaml': 'A: 2\n' });
      expect(await readTip(source)).toMatchObject({ commit, files: { 'env/common.yaml': 'A: 2\n' } });
    });
  });
}
