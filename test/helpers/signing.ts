import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ObjectStore } from '../../src/adapters/git/object-store.ts';
import { SNAPSHOT_LIMITS } from '../../src/adapters/snapshot-rules.ts';
import type { Commit } from '../../src/core/git/commit.ts';
import type { GitRepository } from './git-repository.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A key pair that ssh-keygen made, without a passphrase. */
export interface SshKeyFile {
  /** Of the private key. */
  readonly path: string;
  /** Type and base64. */
  readonly line: string;
}

/** `options` as for ssh-keygen: `-t rsa -b 2048`. */
export function makeSshKey(...options: readonly string[]): SshKeyFile {
  const path = join(temporaryDirectory(), 'key');
  const wanted = options.length > 0 ? options : ['-t', 'ed25519'];
  run('ssh-keygen', ['-q', '-N', '', '-C', '', ...wanted, '-f', path]);
  return { path, line: readFileSync(`${path}.pub`, 'utf8').trim() };
}

/** A file in a directory of its own, removed when the test ends. */
export function writeTemporary(...lines: readonly string[]): string {
  const path = join(temporaryDirectory(), 'file');
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''), { mode: 0o644 });
  return path;
}

/** A shell script. */
export function writeProgram(...lines: readonly string[]): string {
  const path = writeTemporary('#!/bin/sh', ...lines);
  chmodSync(path, 0o700);
  return path;
}

/** From now on `git commit` of the repository signs with this key. */
export function signWith(repository: GitRepository, key: SshKeyFile | OpenPgpHome): void {
  const isSsh = 'path' in key;
  repository.git('config', 'gpg.format', isSsh ? 'ssh' : 'openpgp');
  repository.git('config', 'user.signingKey', isSsh ? key.path : key.signer);
  repository.git('config', 'commit.gpgSign', 'true');
  if (!isSsh) repository.git('config', 'gpg.program', key.writeProgram());
}

export async function readCommit(repository: GitRepository, oid: string): Promise<Commit> {
  return await new ObjectStore({ gitdir: repository.gitdir }, SNAPSHOT_LIMITS).readCommit(oid);
}

/** A home of gpg with keys that its agent knows; the agent is ended with the test. */
export class OpenPgpHome {
  readonly directory = temporaryDirectory();
  /** What git is told to sign with: a fingerprint, with `!` the subkey itself. */
  signer = '';

  constructor() {
    onTestFinished(() => void run('gpgconf', ['--homedir', this.directory, '--kill', 'all']));
  }

  /** Makes a primary key that signs and gives its fingerprint; `options` go to gpg, as the time that it believes in. */
  makeKey(name: string, expire = 'never', options: readonly string[] = []): string {
    this.gpg(...options, '--passphrase', '', '--quick-generate-key', name, 'ed25519', 'sign', expire);
    this.signer = this.fingerprints(name).at(0) ?? '';
    return this.signer;
  }

  /** Of the primary key and its subkeys. */
  fingerprints(name: string): readonly string[] {
    const lines = this.gpg('--with-colons', '--list-keys', name).split('\n');
    return lines.filter((line) => line.startsWith('fpr:')).map((line) => line.split(':')[9] ?? '');
  }

  /** The public key, in a file of its own. */
  export(name: string, ...options: readonly string[]): string {
    const path = writeTemporary();
    this.gpg(...options, '--yes', '--output', path, '--export', name);
    return path;
  }

  /** With the certificate that gpg made along with the key. */
  revoke(fingerprint: string): void {
    const path = join(this.directory, 'openpgp-revocs.d', `${fingerprint}.rev`);
    const certificate = readFileSync(path, 'utf8').replace(':-----BEGIN', '-----BEGIN');
    this.gpg('--import', writeTemporary(certificate));
  }

  /** A program for git that calls gpg with this home and these options. */
  writeProgram(...options: readonly string[]): string {
    const path = writeTemporary(
      '#!/bin/sh',
      `exec gpg --homedir ${this.directory} ${options.join(' ')} "$@"`,
    );
    run('chmod', ['700', path]);
    return path;
  }

  gpg(...words: readonly string[]): string {
    return run('gpg', ['--homedir', this.directory, '--batch', '--quiet', ...words]);
  }
}

function run(program: string, words: readonly string[]): string {
  return execFileSync(program, words, { encoding: 'utf8', stdio: 'pipe' });
}
