import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDirectory } from '../../src/adapters/directory-snapshot.ts';
import { fileStore } from '../../src/adapters/files.ts';
import { makePlan } from '../../src/core/plan.ts';
import type { Change } from '../../src/core/types.ts';
import { isRoot, temporaryDirectory } from '../helpers/temporary-directory.ts';

interface FileState {
  readonly bytes: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

const base: FileState = { bytes: 'env[A] = "1"\n', mode: 0o644, uid: 0, gid: 0, mtime: 1_700_000_000 };
const other: FileState = { ...base, bytes: 'env[A] = "2"\n' };
const later = { mtime: base.mtime + 60 };

const hasRsync = spawnSync('rsync', ['--version']).status === 0;
if (!hasRsync || !isRoot) console.warn('SKIPPED: the comparison with rsync needs rsync and root');

describe.skipIf(!hasRsync || !isRoot)('a plan decides as rsync -c -i -n -p -o -g does', () => {
  test.each<
    [string, FileState, FileState | null | 'symlink' | 'dangling' | 'fifo' | 'directory', string, Kind]
  >([
    ['identical', base, base, '', null],
    ['missing', base, null, '>f+++++++++', 'create'],
    ['of the same size and time, with other bytes', other, base, '>fc.T......', 'replace'],
    [
      'of the same size and another time, with other bytes',
      other,
      { ...base, ...later },
      '>fc.T......',
      'replace',
    ],
    ['of another size and time', { ...base, bytes: 'x' }, { ...base, ...later }, '>fcsT......', 'replace'],
    ['of another size and the same time', { ...base, bytes: 'x' }, base, '>fcsT......', 'replace'],
    ['of another time, with the same bytes', base, { ...base, ...later }, '', null],
    ['of another mode', base, { ...base, mode: 0o600 }, '.f...p.....', 'metadata'],
    ['of another owner', base, { ...base, uid: 1 }, '.f....o....', 'metadata'],
    ['of another group', base, { ...base, gid: 1 }, '.f.....g...', 'metadata'],
    [
      'of other attributes',
      base,
      { bytes: base.bytes, mode: 0o600, uid: 1, gid: 1, ...later },
      '.f...pog...',
      'metadata',
    ],
    ['other in everything', other, { ...base, mode: 0o600, uid: 1, gid: 1 }, '>fc.Tpog...', 'replace'],
    ['empty like the source', { ...base, bytes: '' }, { ...base, bytes: '' }, '', null],
    ['truncated', base, { ...base, bytes: '' }, '>fcsT......', 'replace'],
    ['a link', base, 'symlink', '>f+++++++++', 'create'],
    ['a dangling link', base, 'dangling', '>f+++++++++', 'create'],
    ['a fifo', base, 'fifo', '>f+++++++++', 'create'],
    ['a directory', base, 'directory', '>f+++++++++', 'create'],
  ])('when the destination is %s', (_what, source, destination, code, kind) => {
    const place = makePlace();
    writeState(place.source, source);
    if (typeof destination === 'string') obstruct(place.destination, destination);
    else if (destination !== null) writeState(place.destination, destination);
    expect(askRsync(place)).toBe(code);
    const change = askPlan(place, source);
    expect(change?.itemize ?? '').toBe(code);
    expect(change?.kind ?? null).toBe(kind);
  });

  test.each([
    ['an ACL', ['setfacl', '-m', 'u:1:r']],
    ['an extended attribute', ['setfattr', '-n', 'user.note', '-v', 'x']],
  ])('when the destination differs in %s only', (_what, [program = '', ...args]) => {
    const place = makePlace();
    writeState(place.source, base);
    writeState(place.destination, base);
    execFileSync(program, [...args, place.destination]);
    expect(askRsync(place)).toBe('');
    expect(askPlan(place, base)).toBeUndefined();
  });

  test('when the source is a link: neither reads it', () => {
    const place = makePlace();
    obstruct(place.source, 'symlink');
    expect(askRsync(place)).toBe('skipping');
    const repository = join(place.destination, '..', 'repository');
    mkdirSync(join(repository, 'templates'), { recursive: true });
    symlinkSync(`${place.source}.real`, join(repository, 'templates', 'shell_env.sh.liquid'));
    const { files, rejected } = readDirectory(repository);
    expect([files.size, rejected.map(({ path }) => path)]).toEqual([0, ['templates/shell_env.sh.liquid']]);
  });

  test('for any two files', () => {
    const place = makePlace();
    const state = fc.record({
      bytes: fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 3 }),
      mode: fc.constantFrom(0o644, 0o640, 0o600, 0o755),
      uid: fc.constantFrom(0, 1, 33),
      gid: fc.constantFrom(0, 1, 33),
      mtime: fc.constantFrom(base.mtime, later.mtime),
    });
    const pair = fc.tuple(state, fc.oneof({ arbitrary: state, weight: 9 }, fc.constant(null)), fc.boolean());
    fc.assert(
      fc.property(pair, ([source, random, isSameContent]) => {
        const destination = random !== null && isSameContent ? { ...random, bytes: source.bytes } : random;
        rmSync(place.destination, { force: true });
        writeState(place.source, source);
        if (destination !== null) writeState(place.destination, destination);
        expect(askPlan(place, source)?.itemize ?? '').toBe(askRsync(place));
      }),
      { numRuns: 200 },
    );
  });
});

type Kind = Change['kind'] | null;

interface Place {
  readonly source: string;
  readonly destination: string;
}

function makePlace(): Place {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'live'));
  return { source: join(directory, 'f.conf'), destination: join(directory, 'live', 'f.conf') };
}

function writeState(path: string, { bytes, mode, uid, gid, mtime }: FileState): void {
  writeFileSync(path, bytes);
  chownSync(path, uid, gid);
  chmodSync(path, mode);
  utimesSync(path, mtime, mtime);
}

function obstruct(path: string, type: 'symlink' | 'dangling' | 'fifo' | 'directory'): void {
  if (type === 'directory') mkdirSync(path);
  else if (type === 'fifo') execFileSync('mkfifo', [path]);
  else {
    if (type === 'symlink') writeFileSync(`${path}.real`, base.bytes);
    symlinkSync(`${path}.real`, path);
  }
}

/** The code alone: `>fcsT...... f.conf` without the name; nothing is written, because of -n. */
function askRsync({ source, destination }: Place): string {
  const output = execFileSync('rsync', ['-c', '-i', '-n', '-p', '-o', '-g', source, destination]);
  return output.toString().split(' ', 1)[0] ?? '';
}

function askPlan({ destination: path }: Place, { bytes, mode, uid, gid }: FileState): Change | undefined {
  const file = { target: 'php-fpm', path, bytes: Buffer.from(bytes), mode, uid, gid } as const;
  const observed = new Map([[path, fileStore().observe(path)]]);
  return makePlan({ commit: null, fingerprint: '', files: [file], secrets: [] }, observed, false)?.changes[0];
}
