import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SignerOptions } from '../../../src/adapters/git/signers.ts';
import { commitSigners } from '../../../src/adapters/git/signers.ts';
import type { Commit } from '../../../src/core/git/commit.ts';
import { GitRepository } from '../../helpers/git-repository.ts';
import {
  makeSshKey,
  OpenPgpHome,
  readCommit,
  signWith,
  writeProgram,
  writeTemporary,
} from '../../helpers/signing.ts';
import { SshKey } from '../../helpers/ssh-signature.ts';
import { isRoot, temporaryDirectory } from '../../helpers/temporary-directory.ts';

type Files = Partial<Omit<SignerOptions, 'scope' | 'clock'>>;

function signersOf(files: Files, now = new Date()) {
  const none = { allowedSignersFile: null, revokedKeysFile: null, openpgpKeysFile: null };
  return commitSigners({ scope: 'tip', clock: { now: () => now }, ...none, ...files });
}

/** `trusted`, or the reason that the error gives for one commit. */
async function judge(commit: Commit, files: Files, now?: Date): Promise<string> {
  const verdict = await signersOf(files, now)
    .verify([commit])
    .catch((error: unknown) => error);
  if (verdict === undefined) return 'trusted';
  expect(verdict).toMatchObject({ code: 'COMMIT_UNTRUSTED' });
  const { message } = verdict as Error;
  const start = `1 of 1 commit not signed by an allowed signer: ${commit.oid.slice(0, 12)} `;
  expect(message.slice(0, start.length)).toBe(start);
  return message.slice(start.length);
}

/** What git thinks of it with the same files: `%G?`, and whether verify-commit passes. */
function askGit(repository: GitRepository, oid: string, files: Files) {
  const setting = (name: string, file: string | null | undefined) => (file ? ['-c', `${name}=${file}`] : []);
  const settings = [
    ...setting('gpg.ssh.allowedSignersFile', files.allowedSignersFile),
    ...setting('gpg.ssh.revocationFile', files.revokedKeysFile),
  ];
  const letter = repository.git(...settings, 'log', '-1', '--format=%G?', oid);
  const answer = repository.git(
    ...[...settings, '-c', 'alias.passes=!git verify-commit "$1" 2>/dev/null && echo yes || echo no; :'],
    ...['passes', oid],
  );
  return { letter, passes: answer === 'yes' };
}

/** The same object with other bytes, written past all checks. */
function rewrite(repository: GitRepository, oid: string, change: (text: string) => string): string {
  const object = change(
    execFileSync('git', ['cat-file', 'commit', oid], { cwd: repository.path, encoding: 'utf8' }),
  );
  const path = writeTemporary();
  writeFileSync(path, object);
  return repository.git('hash-object', '-t', 'commit', '-w', '--literally', path);
}

const content = { 'env/common.yaml': 'A: 1\n' };

describe('SSH: we and git say the same of', () => {
  /** Signs a commit with a new key and lets both judge it. */
  async function compare(
    list: (line: string) => { readonly allowed: readonly string[]; readonly revoked?: readonly string[] },
    change: (repository: GitRepository, oid: string) => string = (_repository, oid) => oid,
    key = makeSshKey(),
  ) {
    const repository = new GitRepository();
    signWith(repository, key);
    const oid = change(repository, repository.commit(content));
    const { allowed, revoked } = list(key.line);
    const files = {
      allowedSignersFile: writeTemporary(...allowed),
      ...(revoked === undefined ? {} : { revokedKeysFile: writeTemporary(...revoked) }),
    };
    return {
      git: askGit(repository, oid, files),
      ours: await judge(await readCommit(repository, oid), files),
    };
  }
  const alice = (line: string) => ({ allowed: [`alice@example.com ${line}`] });
  const good = { git: { letter: 'G', passes: true }, ours: 'trusted' };
  const refused = (letter: string, why: RegExp) => ({
    git: { letter, passes: false },
    ours: expect.stringMatching(why),
  });

  test.each([
    ['-t', 'ed25519'],
    ['-t', 'rsa', '-b', '2048'],
    ['-t', 'rsa', '-b', '3072'],
    ['-t', 'ecdsa', '-b', '256'],
    ['-t', 'ecdsa', '-b', '384'],
    ['-t', 'ecdsa', '-b', '521'],
  ])('a key of %s %s %s %s', async (...options) => {
    const key = makeSshKey(...options.filter(Boolean));
    expect(await compare(alice, undefined, key)).toEqual(good);
    const tampered = await compare(alice, (r, oid) => rewrite(r, oid, (text) => `${text}more\n`), key);
    expect(tampered).toEqual(
      refused('B', /^has a bad signature: the key SHA256:\S+ of alice@example.com did/),
    );
  });

  test('a key that is not listed', async () => {
    const other = makeSshKey().line;
    const verdict = await compare(() => alice(other));
    expect(verdict).toEqual(
      refused('U', /^is signed with the unknown key SHA256:\S+ of type "ssh-ed25519"$/),
    );
  });

  test('a key whose time is over, or has not come', async () => {
    const over = await compare((line) => ({ allowed: [`alice valid-before="20200101Z" ${line}`] }));
    expect(over).toEqual(
      refused('U', /^is signed by alice, whose key \S+ expired on 2020-01-01T00:00:00.000Z$/),
    );
    const early = await compare((line) => ({ allowed: [`alice valid-after="20900101Z" ${line}`] }));
    expect(early).toEqual(refused('U', /whose key \S+ is not valid before 2090-01-01T00:00:00.000Z$/));
  });

  test('a revoked key, the other one of the two being good', async () => {
    const other = makeSshKey().line;
    const list = (line: string) => ({ allowed: [`a ${line}`, `b ${other}`] });
    const revoked = await compare((line) => ({ ...list(line), revoked: [line] }));
    expect(revoked).toEqual(refused('B', /^is signed with the revoked key SHA256:/));
    expect(await compare((line) => ({ ...list(line), revoked: [other] }))).toEqual(good);
  });

  test('a commit with another tree, and one with the signature of another commit', async () => {
    const tree = (repository: GitRepository) => repository.writeTree([]);
    const retreed = await compare(alice, (repository, oid) =>
      rewrite(repository, oid, (text) => text.replace(/^tree .*/, `tree ${tree(repository)}`)),
    );
    expect(retreed).toEqual(refused('B', /^has a bad signature/));
    const copied = await compare(alice, (repository, oid) => {
      const second = repository.commit({ 'env/common.yaml': 'A: 2\n' });
      const signature = /^gpgsig (?:.*\n )*.*\n/m;
      const [stolen = ''] = signature.exec(repository.git('cat-file', 'commit', oid)) ?? [];
      return rewrite(repository, second, (text) => text.replace(signature, stolen));
    });
    expect(copied).toEqual(refused('B', /^has a bad signature/));
  });

  test('an unsigned commit', async () => {
    const strip = (text: string) => text.replace(/^gpgsig (?:.*\n )*.*\n/m, '');
    const verdict = await compare(alice, (repository, oid) => rewrite(repository, oid, strip));
    expect(verdict).toEqual(refused('N', /^is not signed$/));
  });

  test('a signature that ssh-keygen made for files', async () => {
    const key = makeSshKey();
    const resign = (text: string) => {
      const payload = text.replace(/^gpgsig (?:.*\n )*.*\n/m, '');
      const sign = ['-Y', 'sign', '-q', '-n', 'file', '-f', key.path];
      const armored = execFileSync('ssh-keygen', sign, { input: payload, encoding: 'utf8', stdio: 'pipe' });
      return payload.replace(
        /^committer .*\n/m,
        (line) => `${line}gpgsig ${armored.trimEnd().replaceAll('\n', '\n ')}\n`,
      );
    };
    const verdict = await compare(alice, (r, oid) => rewrite(r, oid, resign), key);
    expect(verdict).toEqual(refused('B', /^has a signature for the wrong namespace "file", not for "git"$/));
  });

  test('a key that is allowed for something else', async () => {
    const verdict = await compare((line) => ({ allowed: [`alice namespaces="file" ${line}`] }));
    expect(verdict).toEqual(
      refused('B', /^is signed by alice, whose key \S+ is not allowed for git \(namespaces="file"\)$/),
    );
    const both = await compare((line) => ({
      allowed: [`a namespaces="file" ${line}`, `a namespaces="git" ${line}`],
    }));
    expect(both).toEqual(good);
  });

  test('a key that is listed twice, but for git under its second name alone, which git does not look at', async () => {
    const list = (line: string) => ({
      allowed: [`a namespaces="file" ${line}`, `b namespaces="git" ${line}`],
    });
    expect(await compare(list)).toEqual({ git: { letter: 'B', passes: false }, ours: 'trusted' });
  });
});

test('a key that has expired cannot sign a commit of the past, as it can for git', async () => {
  const repository = new GitRepository();
  const key = makeSshKey();
  signWith(repository, key);
  const alias =
    "alias.backdated=!GIT_COMMITTER_DATE='2019-01-01T00:00:00Z' git commit -q --allow-empty -m old";
  repository.git('-c', alias, 'backdated');
  const oid = repository.git('rev-parse', 'HEAD');
  const files = { allowedSignersFile: writeTemporary(`alice valid-before="20200101Z" ${key.line}`) };
  expect(askGit(repository, oid, files)).toEqual({ letter: 'G', passes: true });
  const commit = await readCommit(repository, oid);
  expect(await judge(commit, files)).toContain('expired on 2020-01-01');
  expect(await judge(commit, files, new Date('2019-12-31T23:59:59Z'))).toBe('trusted');
});

test.each([
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
  'ecdsa-sha2-nistp521',
] as const)('ssh-keygen takes what the tests sign with %s', (kind) => {
  const key = new SshKey(kind);
  const payload = Buffer.from('payload');
  const words = ['-f', writeTemporary(`alice ${key.line}`), '-I', 'alice', '-n', 'git'];
  const check = (signature: string) =>
    execFileSync('ssh-keygen', ['-Y', 'verify', ...words, '-s', writeTemporary(signature.trimEnd())], {
      input: payload,
      stdio: 'pipe',
    });
  expect(check(key.sign(payload)).toString()).toContain('Good');
  expect(() => check(key.sign(Buffer.from('another')))).toThrow();
});

describe('OpenPGP: we and git say the same of', () => {
  const name = 'Alice <alice@example.com>';

  /** `git` looks into the home where the key was made, we into the exported file. */
  async function compare(home: OpenPgpHome, repository: GitRepository, openpgpKeysFile = home.export(name)) {
    const oid = repository.git('rev-parse', 'HEAD');
    return {
      git: askGit(repository, oid, {}),
      ours: await judge(await readCommit(repository, oid), { openpgpKeysFile }),
    };
  }

  function signed(home: OpenPgpHome, ...options: readonly string[]): GitRepository {
    const repository = new GitRepository();
    signWith(repository, home);
    if (options.length > 0) repository.git('config', 'gpg.program', home.writeProgram(...options));
    repository.commit(content);
    repository.git('config', 'gpg.program', home.writeProgram());
    return repository;
  }

  test('a good key, from an armored file or a binary one, and a tampered commit', async () => {
    const home = new OpenPgpHome();
    home.makeKey(name);
    const repository = signed(home);
    const good = { git: { letter: 'G', passes: true }, ours: 'trusted' };
    expect(await compare(home, repository)).toEqual(good);
    expect(await compare(home, repository, home.export(name, '--armor'))).toEqual(good);
    const tampered = rewrite(repository, 'HEAD', (text) => `${text}more\n`);
    repository.git('update-ref', 'refs/heads/main', tampered);
    expect(await compare(home, repository)).toEqual({
      git: { letter: 'B', passes: false },
      ours: expect.stringMatching(/^has a bad OpenPGP signature in the name of the key [0-9A-F]{16}$/),
    });
  });

  test('a key that is revoked, and one that is not listed', async () => {
    const home = new OpenPgpHome();
    const fingerprint = home.makeKey(name);
    const repository = signed(home);
    home.makeKey('Bob <bob@example.com>');
    const missing = await compare(home, repository, home.export('bob@example.com'));
    expect(missing.ours).toBe(`is signed with the unknown OpenPGP key ${fingerprint}`);
    home.revoke(fingerprint);
    expect(await compare(home, repository)).toEqual({
      git: { letter: 'R', passes: false },
      ours: expect.stringMatching(/^is signed with the revoked OpenPGP key [0-9A-F]{16}$/),
    });
  });

  test('a key that has expired since', async () => {
    const home = new OpenPgpHome();
    const then = '--faked-system-time=20200101T000000';
    home.makeKey(name, '1y', [then]);
    expect(await compare(home, signed(home, then))).toEqual({
      git: { letter: 'Y', passes: false },
      ours: expect.stringMatching(/^is signed with the expired OpenPGP key/),
    });
  });

  test('a signature that has expired', async () => {
    const home = new OpenPgpHome();
    home.makeKey(name, 'never', ['--faked-system-time=20200101T000000']);
    const repository = signed(home, '--faked-system-time=20200102T000000', '--default-sig-expire 1d');
    expect(await compare(home, repository)).toEqual({
      git: { letter: 'X', passes: false },
      ours: expect.stringMatching(/^has an OpenPGP signature that has expired/),
    });
  });

  test('a subkey that signs', async () => {
    const home = new OpenPgpHome();
    const primary = home.makeKey(name);
    home.gpg('--passphrase', '', '--quick-add-key', primary, 'ed25519', 'sign');
    home.signer = `${home.fingerprints(name)[1]}!`;
    expect(await compare(home, signed(home))).toEqual({
      git: { letter: 'G', passes: true },
      ours: 'trusted',
    });
  });

  test('several signatures on one commit', async () => {
    const home = new OpenPgpHome();
    const fingerprint = home.makeKey(name);
    home.makeKey('Bob <bob@example.com>');
    const repository = signed(home, `--local-user ${fingerprint}`);
    const keys = writeTemporary(home.gpg('--armor', '--export'));
    expect(await compare(home, repository, keys)).toEqual({
      git: { letter: 'E', passes: false },
      ours: 'has an OpenPGP signature that is damaged, or not a single one',
    });
  });

  test('all but two: SHA-1 and a signature over text, not bytes, are good enough for git', async () => {
    const home = new OpenPgpHome();
    const fingerprint = home.makeKey(name);
    const git = { letter: 'G', passes: true };
    const [weak, text] = [signed(home, '--digest-algo SHA1'), signed(home, '--textmode')];
    expect(await compare(home, weak)).toEqual({
      git,
      ours: `is signed by the OpenPGP key ${fingerprint} over a weak hash`,
    });
    expect(await compare(home, text)).toEqual({
      git,
      ours: `is signed by the OpenPGP key ${fingerprint} as a text, not as bytes`,
    });
  });
});

/** Command lines of gpg and its agent alone. */
const LIST_GPG = '{ ps -C gpg,gpg-agent -o args= || :; }';

describe('gpg', () => {
  const name = 'Alice <alice@example.com>';

  async function signedCommit(home: OpenPgpHome): Promise<Commit> {
    home.makeKey(name);
    const repository = new GitRepository();
    signWith(repository, home);
    return await readCommit(repository, repository.commit(content));
  }

  test('leaves no directory, agent or other process, whatever the verdict', async () => {
    const home = new OpenPgpHome();
    const commit = await signedCommit(home);
    const openpgpKeysFile = home.export(name);
    const before = [listPrivate(), listGpg()];
    expect(await judge(commit, { openpgpKeysFile })).toBe('trusted');
    expect(await judge({ ...commit, payload: Buffer.from('x') }, { openpgpKeysFile })).toContain('bad');
    const broken = signersOf({ openpgpKeysFile: writeTemporary('no key') }).verify([commit]);
    await expect(broken).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect([listPrivate(), listGpg()]).toEqual(before);
  });

  test('is needed for OpenPGP alone, and its absence is told', async () => {
    const home = new OpenPgpHome();
    const commit = await signedCommit(home);
    const files = { openpgpKeysFile: home.export(name), gpgProgram: '/nowhere/gpg' };
    await expect(signersOf(files).verify([commit])).rejects.toMatchObject({
      code: 'ENVIRONMENT_BROKEN',
      message: '/nowhere/gpg was not started: it is not there',
    });
    expect(await judge({ ...commit, signature: null }, files)).toBe('is not signed');
  });

  test.each<[string, (home: OpenPgpHome) => string, RegExp]>([
    ['no key', () => writeTemporary('nothing'), /: gpg does not take its keys; write them with/],
    [
      'a private key',
      (home) => writeTemporary(home.gpg('--armor', '--export-secret-keys')),
      /: it holds a private key; write the public one/,
    ],
  ])('takes no file with %s', async (_what, write, message) => {
    const home = new OpenPgpHome();
    const commit = await signedCommit(home);
    const openpgpKeysFile = write(home);
    const seen = writeTemporary();
    // An agent sees its home vanish and ends soon, so it is looked for as soon as gpg has ended.
    const gpgProgram = writeProgram(
      `gpg "$@"; code=$?; ${LIST_GPG} >> ${seen}; echo looked >> ${seen}; exit $code`,
    );
    await expect(signersOf({ openpgpKeysFile, gpgProgram }).verify([commit])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
    });
    const lines = readFileSync(seen, 'utf8').split('\n');
    expect(lines.filter((line) => line === 'looked' || isOurs(line))).toEqual(['looked']);
  });

  function listPrivate(): readonly string[] {
    return readdirSync(tmpdir()).filter((each) =>
      each.startsWith(`php-env-reconciler-trial-${process.pid}-`),
    );
  }

  function listGpg(): readonly string[] {
    return execFileSync('sh', ['-c', LIST_GPG], { encoding: 'utf8' }).split('\n').filter(isOurs);
  }

  /** Of a command line: whether it names a private directory of this process. */
  function isOurs(line: string): boolean {
    return line.includes(`trial-${process.pid}-`);
  }
});

describe('a list of keys', () => {
  const unsigned: Commit = {
    oid: 'a'.repeat(40),
    tree: '',
    parents: [],
    committedAt: 0,
    payload: Buffer.from(''),
    signature: null,
  };

  test('is read at each verdict, so that a key can be added and removed', async () => {
    const repository = new GitRepository();
    const key = makeSshKey();
    signWith(repository, key);
    const commit = await readCommit(repository, repository.commit(content));
    const allowedSignersFile = writeTemporary('# nobody yet');
    const signers = signersOf({ allowedSignersFile });
    await expect(signers.verify([commit])).rejects.toMatchObject({ code: 'COMMIT_UNTRUSTED' });
    writeFileSync(allowedSignersFile, `alice ${key.line}\n`);
    await signers.verify([commit]);
    writeFileSync(allowedSignersFile, '');
    await expect(signers.verify([commit])).rejects.toMatchObject({ code: 'COMMIT_UNTRUSTED' });
  });

  test.each<[string, () => string, RegExp]>([
    [
      'is missing',
      () => join(temporaryDirectory(), 'list'),
      /^cannot use the list of keys \S+: no such file/,
    ],
    [
      'has no directory',
      () => '/nowhere/file',
      /^cannot use \S.+ \/nowhere\/file: directory \/nowhere does not/,
    ],
    ['is a link', () => linkTo(writeTemporary('')), /: it is a link; name the real path$/],
    [
      'group may write',
      () => listWithMode(0o664),
      /: it can be written by others \(mode 664\); `chmod go-w` it$/,
    ],
    ['others may write', () => listWithMode(0o646), /: it can be written by others \(mode 646\)/],
    [
      'stands where others may write',
      () => inDirectory((directory) => chmodSync(directory, 0o777)),
      /\/file: directory \S+ can be written by others \(mode 777\); `chmod go-w` it$/,
    ],
    ['is a directory', makeFolder, /is no regular file$/],
    ['is too large', () => writeTemporary('#'.repeat(2 ** 20)), /more than 1048576 bytes$/],
  ])('that %s is told', async (_what, make, message) => {
    await expectRefused(make(), message);
  });

  test.runIf(isRoot)(
    'that belongs to somebody else, or stands where somebody else may write, is told',
    async () => {
      const file = writeTemporary('');
      chownSync(file, 33, 0);
      await expectRefused(file, /: it belongs to user 33; `chown` it to root or to the user of the run$/);
      const other = inDirectory((directory) => chownSync(directory, 33, 0));
      await expectRefused(other, /: directory \S+ belongs to user 33; `chown` it to root or to the user/);
    },
  );

  async function expectRefused(file: string, message: RegExp): Promise<void> {
    for (const kind of ['allowedSignersFile', 'revokedKeysFile', 'openpgpKeysFile']) {
      const verdict = signersOf({ [kind]: file }).verify([unsigned]);
      await expect(verdict).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(message),
      });
    }
  }

  function makeFolder(): string {
    const path = join(temporaryDirectory(), 'list');
    mkdirSync(path);
    return path;
  }

  function listWithMode(mode: number): string {
    const file = writeTemporary('');
    chmodSync(file, mode);
    return file;
  }

  function inDirectory(change: (directory: string) => void): string {
    const file = writeTemporary('');
    change(dirname(file));
    return file;
  }

  function linkTo(file: string): string {
    symlinkSync(file, `${file}-link`);
    return `${file}-link`;
  }

  test('that is wrong is told with every line', async () => {
    const file = writeTemporary('alice', '# bob', 'carol cert-authority ssh-ed25519 AAAA');
    await expect(signersOf({ allowedSignersFile: file }).verify([unsigned])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(
        /wrong:\n {2}\S+:1:1: there is no key \[CONFIG_INVALID\]\n {2}\S+:3:1: cert-authority: certificates are not supported.*\n$/,
      ),
    });
  });

  test('that ssh-keygen made as a KRL is refused', async () => {
    const [key, krl] = [makeSshKey(), join(temporaryDirectory(), 'krl')];
    execFileSync('ssh-keygen', ['-q', '-k', '-f', krl, `${key.path}.pub`]);
    await expect(signersOf({ revokedKeysFile: krl }).verify([unsigned])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('binary KRL is not supported'),
    });
  });
});

describe('of several commits', () => {
  test('all that are refused are named, up to ten', async () => {
    const repository = new GitRepository();
    const key = makeSshKey();
    signWith(repository, key);
    const good = await readCommit(repository, repository.commit(content));
    const files = { allowedSignersFile: writeTemporary(`alice ${key.line}`) };
    const oid = (index: number) => index.toString(16).repeat(40).slice(0, 40);
    const bad = Array.from({ length: 13 }, (_each, index) => ({ ...good, oid: oid(index), signature: null }));
    await expect(signersOf(files).verify([good, ...bad, good])).rejects.toMatchObject({
      code: 'COMMIT_UNTRUSTED',
      message: expect.stringMatching(
        /^13 of 15 commits not signed by an allowed signer: 000000000000 is not signed; 1{12} is not signed; .*; 9{12} is not signed; and 3 more$/,
      ),
    });
    await signersOf(files).verify([good, good]);
    await signersOf(files).verify([]);
  });

  test('a thousand take less than two seconds', async () => {
    const repository = new GitRepository();
    const key = makeSshKey();
    signWith(repository, key);
    const commit = await readCommit(repository, repository.commit(content));
    const signers = signersOf({ allowedSignersFile: writeTemporary(`alice ${key.line}`) });
    const start = performance.now();
    await signers.verify(Array.from({ length: 1000 }, () => commit));
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('a signature of a kind that nobody can check is refused', async () => {
    const allowedSignersFile = writeTemporary('');
    const base = { oid: 'a'.repeat(40), tree: '', parents: [], committedAt: 0, payload: Buffer.from('') };
    const x509 = { ...base, signature: '-----BEGIN SIGNED MESSAGE-----\n' };
    expect(await judge(x509, { allowedSignersFile })).toBe('has a signature that is neither SSH nor OpenPGP');
    const ssh = { ...base, signature: '-----BEGIN SSH SIGNATURE-----\n' };
    expect(await judge(ssh, {})).toBe('has an SSH signature, and this host lists no SSH keys');
    const openpgp = { ...base, signature: '-----BEGIN PGP SIGNATURE-----\n' };
    expect(await judge(openpgp, {})).toBe('has an OpenPGP signature, and this host lists no OpenPGP keys');
  });
});
