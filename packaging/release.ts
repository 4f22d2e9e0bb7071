import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Processor } from './executable/build-executable.ts';

/** The directory of the checkout. */
export const ROOT = join(import.meta.dirname, '..');

/** What a package is made of, as far as its name tells. */
export interface Release {
  readonly name: string;
  readonly version: string;
  /** Counts packages of one version. */
  readonly revision: string;
  /** Seconds since 1970; every time in a package is this one. */
  readonly epoch: number;
  readonly processor: Processor;
}

/** Whom a package names as its maintainer. There is no mailbox behind it. */
export const MAINTAINER = 'php-env-reconciler contributors <contributors@php-env-reconciler.invalid>';

export const SUMMARY = 'environment variables of PHP hosts from a git repository';

export const DESCRIPTION = [
  'Keeps the environment variables of php-fpm and of login shells equal to a git repository. A change is rendered, proven by',
  'a private php-fpm, swapped in by a rename, and php-fpm is reloaded only when the content changed. What does not take is put',
  'back. `git commit` deploys, `git revert` takes it back.',
].join(' ');

/** The release that the checkout is. Throws where its time is known neither from SOURCE_DATE_EPOCH nor from git. */
export function readRelease(revision: string, processor: Processor): Release {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return { name, version, revision, epoch: readEpoch(), processor };
}

function readEpoch(): number {
  const given = process.env.SOURCE_DATE_EPOCH;
  const text = given ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: ROOT, encoding: 'utf8' });
  const epoch = Number(text.trim());
  if (!Number.isSafeInteger(epoch)) throw new Error(`SOURCE_DATE_EPOCH is not a number: ${text}`);
  return epoch;
}

/** As Debian writes the first lines of a changelog: `Fri, 27 Nov 2026 13:00:00 +0000`. */
export function formatTime({ epoch }: Release): string {
  return new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
}

/** The day of the release: `2026-11-27`. */
export function formatDate({ epoch }: Release): string {
  return new Date(epoch * 1000).toISOString().slice(0, 10);
}
