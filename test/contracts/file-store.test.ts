import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileStore } from '../../src/adapters/files.ts';
import { FakeFileStore } from '../helpers/fakes/file-store.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { fileStoreContract } from './file-store.contract.ts';

fileStoreContract('the file store on disk', () => {
  const directory = temporaryDirectory();
  return {
    store: fileStore(),
    path: (name) => join(directory, name),
    place: (path, text, mode) => {
      writeFileSync(path, text);
      chmodSync(path, mode);
    },
    remove: (path) => rmSync(path),
    obstruct: (path) => mkdirSync(path),
  };
});

fileStoreContract('the file store in memory', () => {
  const store = new FakeFileStore();
  const owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  return {
    store,
    path: (name) => `/etc/php/${name}`,
    place: (path, text, mode) => store.place(path, text, { mode, ...owner }),
    remove: (path) => store.remove(path),
    obstruct: (path) => store.obstruct(path, 'directory'),
  };
});
