import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fileStore } from '../../src/adapters/files.ts';
import { makePlan } from '../../src/core/plan.ts';
import type { DesiredFile } from '../../src/core/types.ts';
import { isRoot, temporaryDirectory } from '../helpers/temporary-directory.ts';

const store = fileStore();
const owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
if (!isRoot) console.warn('SKIPPED: mounts, immutable files and foreign owners need root');

describe('a destination is refused', () => {
  test.each<[string, (directory: string) => string, RegExp]>([
    ['below a link', belowLink, /links is a link or no directory/],
    ['in a directory that is missing', (directory) => `${directory}/none/a.conf`, /none does not exist/],
    ['in a directory that others can write to', (directory) => inDirectory(directory, 0o777), /mode 777/],
    ['in a directory that a group can write to', (directory) => inDirectory(directory, 0o775), /mode 775/],
    ['in a sticky directory', (directory) => inDirectory(directory, 0o1777), /mode 1777/],
    ['below a file', belowFile, /file is a link or no directory/],
    ['with .. in its path', (directory) => `${directory}/x/../a.conf`, /without \. and \.\./],
    ['without a name', (directory) => `${directory}/`, /not the absolute path of a file/],
  ])('%s', (_what, makePath, message) => {
    const path = makePath(temporaryDirectory());
    expect(() => store.observe(path)).toThrow(expect.objectContaining({ code: 'DESTINATION_UNSAFE' }));
    expect(() => store.observe(path)).toThrow(message);
    expect(() => store.sweep([path])).toThrow(message);
    expect(() => install(path, 'new')).toThrow(message);
  });

  test.skipIf(!isRoot)('in a directory of another user, unless that user is allowed', () => {
    const directory = join(temporaryDirectory(), 'foreign');
    mkdirSync(directory);
    chownSync(directory, 33, 33);
    expect(() => store.observe(`${directory}/a`)).toThrow(/foreign belongs to user 33/);
    expect(fileStore({ owners: [33] }).observe(`${directory}/a`)).toEqual({ kind: 'absent' });
  });
});

describe('what is no regular file is neither followed nor replaced', () => {
  test.each<[string, (path: string) => void]>([
    ['symlink', (path) => symlinkSync(makeFile(`${path}.real`), path)],
    ['symlink', (path) => symlinkSync('/nowhere', path)],
    ['directory', (path) => mkdirSync(path)],
    ['fifo', (path) => execFileSync('mkfifo', [path])],
    ['socket', listenAt],
  ])('a %s', async (type, make) => {
    const path = join(temporaryDirectory(), 'a.conf');
    await make(path);
    const entries = readdirSync(join(path, '..'));
    expect(store.observe(path)).toEqual({ kind: 'obstacle', type });
    expect(() => install(path, 'new')).toThrow(expect.objectContaining({ code: 'DESTINATION_OBSTACLE' }));
    expect(readdirSync(join(path, '..'))).toEqual(entries);
  });
});

describe('an install that fails changes nothing', () => {
  test.skipIf(!isRoot)(
    'when the second file is immutable, the first comes back as the very same inode',
    () => {
      const [a, b] = makePair();
      execFileSync('chattr', ['+i', b]);
      onTestFinished(() => void execFileSync('chattr', ['-i', b]));
      const inode = statSync(a).ino;
      expect(() => installPair(a, b)).toThrow(
        /cannot write \S+b\.sh: operation not permitted; nothing was changed/,
      );
      expect(readFileSync(a, 'utf8')).toBe('old');
      expect(statSync(a).ino).toBe(inode);
      expect(readdirSync(join(a, '..'))).toEqual(['a.conf', 'b.sh']);
    },
  );

  test.skipIf(!isRoot)('when the second file is a mount of its own, and the message says what to do', () => {
    const [a, b] = makePair();
    mount('--bind', makeFile(join(temporaryDirectory(), 'real')), b);
    expect(() => installPair(a, b)).toThrow(
      /b\.sh: it is a mount point of its own.*mount the directory instead/,
    );
    expect(readFileSync(a, 'utf8')).toBe('old');
    expect(readdirSync(join(a, '..'))).toEqual(['a.conf', 'b.sh']);
  });

  test.skipIf(!isRoot)('when the file system is read-only, for bytes and for modes', () => {
    const [a] = makePair();
    const directory = join(a, '..');
    mount('--bind', directory, directory);
    execFileSync('mount', ['-o', 'remount,bind,ro', directory]);
    expect(() => install(a, 'new')).toThrow(expect.objectContaining({ code: 'WRITE_FAILED' }));
    expect(() => install(a, 'old', 0o600)).toThrow(/read-only file system; nothing was changed/);
    expect(readFileSync(a, 'utf8')).toBe('old');
  });

  test.skipIf(!isRoot).each([4_097, 60_000, 65_536, 200_000])(
    'when %i bytes do not fit on a full tmpfs',
    (size) => {
      const directory = join(temporaryDirectory(), 'small');
      mkdirSync(directory, 0o755);
      mount('-t', 'tmpfs', '-o', 'size=64k,mode=755', 'tmpfs', directory);
      const path = makeFile(join(directory, 'a.conf'));
      writeFileSync(join(directory, 'fill'), Buffer.alloc(56 * 1024));
      const entries = readdirSync(directory);
      expect(() => install(path, 'x'.repeat(size))).toThrow(/no space left on device/);
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(directory)).toEqual(entries);
    },
  );
});

test('a new file has its mode whatever the umask, and its set-id bits', () => {
  const umask = process.umask(0o077);
  onTestFinished(() => void process.umask(umask));
  const path = join(temporaryDirectory(), 'a.conf');
  install(path, 'new', 0o4755);
  expect(statSync(path).mode & 0o7777).toBe(0o4755);
});

test.skipIf(!isRoot)('owner and group are those wanted', () => {
  const path = join(temporaryDirectory(), 'a.conf');
  const file = { ...toDesired(path, 'new', 0o640), uid: 33, gid: 34 };
  store.install(planFor([file]));
  expect(store.observe(path)).toMatchObject({ mode: 0o640, uid: 33, gid: 34 });
});

test('a correction keeps the inode', () => {
  const path = makeFile(join(temporaryDirectory(), 'a.conf'));
  const { ino } = statSync(path);
  install(path, 'old', 0o600);
  expect(statSync(path)).toMatchObject({ ino });
});

test('a sweep removes temporaries of these names by their exact pattern and nothing else', () => {
  const directory = temporaryDirectory();
  const temporary = '.a.conf.0123456789abcdef.tmp';
  const kept = [
    '.a.conf.0123456789abcde.tmp',
    '.a.conf.0123456789abcdeg.tmp',
    '.b.conf.0123456789abcdef.tmp',
    'a.conf.0123456789abcdef.tmp',
    '.a.conf.0123456789abcdef.tmp.bak',
    'a.conf',
  ];
  for (const name of [temporary, ...kept]) writeFileSync(join(directory, name), '');
  mkdirSync(join(directory, '.a.conf.ffffffffffffffff.tmp'));
  store.sweep([join(directory, 'a.conf')]);
  expect(readdirSync(directory).sort()).toEqual([...kept, '.a.conf.ffffffffffffffff.tmp'].sort());
});

test('no descriptor stays open, whatever happens', () => {
  const count = () => readdirSync('/proc/self/fd').length;
  const [a, b] = makePair();
  const before = count();
  store.observe(a);
  install(a, 'new');
  install(a, 'new', 0o600);
  expect(() => store.observe('/nowhere/at/all')).toThrow();
  mkdirSync(`${a}.d`);
  expect(() => installPair(b, `${a}.d`)).toThrow();
  expect(count()).toBe(before);
});

function toDesired(path: string, text: string, mode = 0o644): DesiredFile {
  return { target: 'shell', path, bytes: Buffer.from(text), mode, ...owner };
}

function planFor(files: readonly DesiredFile[]) {
  const observed = new Map(files.map((file) => [file.path, store.observe(file.path)]));
  return makePlan({ commit: null, fingerprint: '', files, secrets: [] }, observed, false)?.changes ?? [];
}

function install(path: string, text: string, mode?: number): void {
  store.install(planFor([toDesired(path, text, mode)]));
}

function installPair(a: string, b: string): void {
  store.install(planFor([toDesired(a, 'new'), toDesired(b, 'new')]));
}

function makeFile(path: string): string {
  writeFileSync(path, 'old', { mode: 0o644 });
  return path;
}

function makePair(): readonly [string, string] {
  const directory = temporaryDirectory();
  return [makeFile(join(directory, 'a.conf')), makeFile(join(directory, 'b.sh'))];
}

function belowLink(directory: string): string {
  mkdirSync(join(directory, 'real'));
  symlinkSync('real', join(directory, 'links'));
  return join(directory, 'links', 'a.conf');
}

function belowFile(directory: string): string {
  return join(makeFile(join(directory, 'file')), 'a.conf');
}

function inDirectory(parent: string, mode: number): string {
  const directory = join(parent, 'd');
  mkdirSync(directory);
  chmodSync(directory, mode);
  return join(directory, 'a.conf');
}

async function listenAt(path: string): Promise<void> {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(path, resolve));
}

function mount(...options: readonly string[]): void {
  const target = options.at(-1) ?? '';
  const result = spawnSync('mount', options, { encoding: 'utf8' });
  expect(result.stderr, `mount ${basename(target)}`).toBe('');
  onTestFinished(() => void spawnSync('umount', [target]));
}
