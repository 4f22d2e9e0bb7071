import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSshKey, writeTemporary } from '../helpers/signing.ts';
import { Pusher } from './pusher.ts';
import { hasObject, startReceivingHost } from './receiving-host.ts';

const SHELL = 'templates/shell_env.sh.liquid';
const ID = '6e1f3c1e-0d7f-4c5e-9f0a-3d1c2b4a5968';

/** What is pushed, and the line in which it is told. */
const BAD: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
  [{ 'env/common.yaml': 'A: "one\n' }, /^ {2}env\/common\.yaml:\d+:\d+: .*\[YAML_SYNTAX\]$/m],
  [
    { 'reconcile.yaml': `format: 1\nid: ${ID}\nlayers: [env/common.yaml, env/missing.yaml]\n` },
    /^ {2}reconcile\.yaml:3:\d+: .*missing.*\[FILE_MISSING\]$/m,
  ],
  [{ 'env/common.yaml': 'A: one\nLD_PRELOAD: /x.so\n' }, /^ {2}env\/common\.yaml:2:1: .*\[NAME_REFUSED\]$/m],
  [{ [SHELL]: '{% for x in %}' }, /^ {2}templates\/shell_env\.sh\.liquid:1:\d+: .*\[TEMPLATE_INVALID\]$/m],
  [{ [SHELL]: 'rm -rf /\n' }, /^ {2}templates\/shell_env\.sh\.liquid.*\[GRAMMAR\]$/m],
  [{ 'env/common.yaml': 'A: $HOME\n' }, /^ {2}env\/common\.yaml:1:\d+: .*\[VALUE_IMPOSSIBLE\]$/m],
  [
    { 'env/common.yaml': `A: ${'x'.repeat(1024 * 1024)}\n` },
    /^ {2}env\/common\.yaml:1:1: .*1048580 bytes, more than 1048576 \[FILE_REJECTED\]$/m,
  ],
  [{ 'hosts.yaml': 'web-2:\n  environment: test\n' }, /^ {2}.*web-1.*\[HOST_UNKNOWN\]$/m],
  [
    {
      'variables.yaml': 'A:\n  secret: true\n  files: [php-fpm]\n  enum: [one]\n',
      'env/common.yaml': 'A: hunter2\n',
    },
    /^ {2}env\/common\.yaml:1:\d+: .*\*\*\*.*\[VALUE_UNDECLARED_SHAPE\]$/m,
  ],
];

describe('a push is refused, and the host and its repository stay as they were', () => {
  test('for what `reconcile check` finds, and no secret is told', async () => {
    const receiving = await startReceivingHost();
    const pusher = await Pusher.clone(receiving.host.bare);
    const before = receiving.state();
    for (const [files, line] of BAD) {
      const commit = await pusher.commit(files);
      const { isTaken, remote, said } = await pusher.push();
      expect(remote).toMatch(line);
      expect(isTaken, remote).toBe(false);
      expect(said).not.toContain('hunter2');
      expect(hasObject(receiving.host.bare, commit)).toBe(false);
      await pusher.reset();
    }
    expect(receiving.state()).toEqual(before);
  });

  test('for entries that are no plain files, and for those that git itself refuses', async () => {
    const receiving = await startReceivingHost();
    const { host } = receiving;
    const pusher = await Pusher.clone(host.bare);
    const before = receiving.state();
    const [head, blob] = [
      await pusher.git('rev-parse', 'HEAD'),
      await pusher.git('rev-parse', 'HEAD:hosts.yaml'),
    ];
    const push = async (mode: string, oid: string, name: string) => {
      const tree = writeTree(pusher, [`${mode} ${name}\0`, Buffer.from(oid, 'hex')]);
      const root = await pusher
        .git('ls-tree', 'HEAD')
        .then((lines) => lines.replace(/[0-9a-f]{40}\tenv$/m, `${tree}\tenv`));
      const commit = await pusher.git('commit-tree', '-p', head, '-m', 'hostile', writeRoot(pusher, root));
      return await pusher.push('origin', `${commit}:main`);
    };
    const empty = writeTree(pusher, []);
    expect((await push('120000', blob, 'b.yaml')).remote).toMatch(
      /^ {2}env\/b\.yaml:1:1: .*symbolic link \[FILE_REJECTED\]$/m,
    );
    expect((await push('160000', head, 'sub')).remote).toMatch(
      /^ {2}env\/sub:1:1: .*submodule \[FILE_REJECTED\]$/m,
    );
    expect((await push('100664', blob, 'a.yaml')).remote).toMatch(
      /^ {2}env\/a\.yaml:1:1: .*\[FILE_REJECTED\]$/m,
    );
    expect((await push('40000', empty, '..')).said).toMatch(/hasDotdot[\s\S]*\[remote rejected\]/);
    expect((await push('100644', blob, 'a/b.yaml')).said).toMatch(/fullPathname[\s\S]*\[remote rejected\]/);
    execFileSync('git', ['-C', host.bare, 'config', 'receive.fsckObjects', 'false']); // our own rule is to hold as well
    expect((await push('40000', empty, '..')).remote).toMatch(
      /^ {2}env\/\.\.:1:1: .*unsafe path \[FILE_REJECTED\]$/m,
    );
    expect((await push('100644', blob, 'a/b.yaml')).remote).toMatch(
      /^ {2}env\/a\/b\.yaml:1:1: .*slash in it \[FILE_REJECTED\]$/m,
    );
    expect(receiving.state()).toEqual(before);
  });

  test('where it would force the branch back or delete it, also without our word', async () => {
    const receiving = await startReceivingHost();
    const pusher = await Pusher.clone(receiving.host.bare);
    await pusher.commit({ 'env/common.yaml': 'A: two\n' });
    await pusher.push();
    const before = receiving.state();
    const forced = await pusher.push('--force', 'origin', 'HEAD~1:main');
    expect(forced.remote).toMatch(
      /branch main is live on web-1, .* does not contain [0-9a-f]{12}.*\[PUSH_REWINDS\]\n {2}Take/,
    );
    const deleted = await pusher.push('origin', ':main');
    expect(deleted.remote).toMatch(/branch main is live on web-1, and would be deleted \[PUSH_REWINDS\]/);
    await pusher.push('origin', 'HEAD:topic');
    expect((await pusher.push('--force', 'origin', 'HEAD~1:topic')).said).toContain('(non-fast-forward)');
    expect((await pusher.push('origin', ':topic')).said).toContain('(deletion prohibited)');
    expect((await pusher.push('origin', 'HEAD:refs/replace/x')).said).toContain(
      '(deny updating a hidden ref)',
    );
    await pusher.git('-C', receiving.host.bare, 'update-ref', '-d', 'refs/heads/topic');
    expect(receiving.state()).toEqual(before);
  });

  test('where its commit is not signed as the host asks, or is of another repository', async () => {
    const receiving = await startReceivingHost();
    const key = makeSshKey();
    const signers = writeTemporary(`* ${key.line}`);
    const trust = { id: ID, verify: 'all-new', allowed_signers: signers };
    receiving.configure('', trust);
    const pusher = await Pusher.clone(receiving.host.bare);
    const before = receiving.state();
    const unsigned = await pusher.commit({ 'env/common.yaml': 'A: two\n' });
    const refused = new RegExp(
      `^ {2}1 of 2 commits .*${unsigned.slice(0, 12)} is not signed \\[COMMIT_UNTRUSTED\\]$`,
      'm',
    );
    await pusher.git('config', 'gpg.format', 'ssh');
    await pusher.git('config', 'user.signingKey', key.path);
    await pusher.git('config', 'commit.gpgSign', 'true');
    await pusher.commit({ 'env/common.yaml': 'A: three\n' });
    expect((await pusher.push()).remote).toMatch(refused);
    await pusher.reset();
    await pusher.commit({ 'reconcile.yaml': 'format: 1\nid: another\nlayers: [env/common.yaml]\n' });
    expect((await pusher.push()).remote).toMatch(/^ {2}reconcile\.yaml:1:1: .*another.*\[SOURCE_FOREIGN\]$/m);
    expect(receiving.state()).toEqual(before);
    await pusher.reset();
    await pusher.commit({ 'env/common.yaml': 'A: two\n' });
    expect(await pusher.push()).toMatchObject({
      isTaken: true,
      remote: expect.stringContaining('is live on web-1'),
    });
  });

  test('where the tag that is live would go back', async () => {
    const receiving = await startReceivingHost();
    receiving.configure('', { tag: 'live' });
    const pusher = await Pusher.clone(receiving.host.bare);
    await pusher.commit({ 'env/common.yaml': 'A: two\n' });
    await pusher.git('tag', '-a', '-m', 'x', 'live');
    expect((await pusher.push('origin', 'live')).remote).toContain('is live on web-1');
    expect(await receiving.host.ask('A')).toBe('two');
    await pusher.git('tag', '-f', '-a', '-m', 'x', 'live', 'HEAD~1');
    expect((await pusher.push('--force', 'origin', 'live')).remote).toContain('[PUSH_REWINDS]');
    expect((await pusher.push('origin', 'HEAD:main')).remote).toBe(''); // another ref
  });
});

test('what is pushed to other refs is not looked at', async () => {
  const receiving = await startReceivingHost();
  const pusher = await Pusher.clone(receiving.host.bare);
  await pusher.commit({ 'env/common.yaml': 'A: [\n' });
  expect(await pusher.push('origin', 'HEAD:refs/heads/topic')).toMatchObject({ isTaken: true, remote: '' });
});

test('a warning is told, and the push is taken', async () => {
  const receiving = await startReceivingHost();
  const pusher = await Pusher.clone(receiving.host.bare);
  await pusher.commit({ 'env/hosts/nobody.yaml': 'A: x\n' });
  const { isTaken, remote } = await pusher.push();
  expect(isTaken).toBe(true);
  expect(remote).toMatch(
    /is taken with a warning:\n {2}env\/hosts\/nobody\.yaml:1:1: warning: .*\[LAYER_UNKNOWN\]\n/,
  );
});

describe('a push that cannot be checked is refused', () => {
  test('where the host configuration is wrong, or cannot be found', async () => {
    const receiving = await startReceivingHost();
    const pusher = await Pusher.clone(receiving.host.bare);
    await pusher.commit({ 'env/common.yaml': 'A: two\n' });
    receiving.configure('unheard_of: 1\n');
    const { isTaken, remote } = await pusher.push();
    expect(isTaken).toBe(false);
    expect(remote).toMatch(
      /^reconcile: this push could not be checked, so it is refused; nothing was changed\nreconcile: .*/,
    );
    expect(remote).toMatch(/there is no setting unheard_of\n {0,2}\[CONFIG_INVALID\]/);
    receiving.configure();
    expect(await pusher.push()).toMatchObject({ isTaken: true });
  });

  test('where there is a bug, and it is called one', async () => {
    const receiving = await startReceivingHost();
    const bug = join(receiving.host.directory, 'bug.cjs');
    writeFileSync(
      bug,
      "require('node:fs').realpathSync; require('node:os').tmpdir = () => { throw new TypeError('no'); };\n",
    );
    const pusher = await Pusher.clone(receiving.host.bare, {
      environment: { NODE_OPTIONS: `--require ${bug}` },
    });
    const before = receiving.state();
    await pusher.commit({ 'env/common.yaml': 'A: two\n' });
    const { isTaken, remote } = await pusher.push();
    expect(isTaken).toBe(false);
    expect(remote).toMatch(
      /nothing was changed\nreconcile: this is a bug, please report it:\nTypeError: no\n/,
    );
    expect(receiving.state()).toEqual(before);
  });

  test('and what whoever pushes has in the environment decides nothing', async () => {
    const receiving = await startReceivingHost();
    const environment = {
      RECONCILE_BRANCH: 'topic',
      RECONCILE_CONFIG: '/nonexistent',
      RECONCILE_UNHEARD_OF: '1',
    };
    const pusher = await Pusher.clone(receiving.host.bare, { environment });
    await pusher.commit({ 'env/common.yaml': 'A: [\n' });
    expect((await pusher.push()).remote).toContain('[YAML_SYNTAX]');
  });
});

function writeTree({ path }: Pusher, parts: readonly (string | Buffer)[]): string {
  const input = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const words = ['-C', path, 'hash-object', '-t', 'tree', '-w', '--literally', '--stdin'];
  return execFileSync('git', words, { input, encoding: 'utf8' }).trim();
}

function writeRoot({ path }: Pusher, listed: string): string {
  return execFileSync('git', ['-C', path, 'mktree'], { input: `${listed}\n`, encoding: 'utf8' }).trim();
}
