import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HARD_CONFIG, renderAccess } from '../../../../src/adapters/git/mirror/hard-config.ts';
import { temporaryDirectory } from '../../../helpers/temporary-directory.ts';

/** What git itself reads out of a configuration. */
function ask(text: string, ...question: readonly string[]): string {
  const file = join(temporaryDirectory(), 'config');
  writeFileSync(file, text);
  return execFileSync('git', ['config', '--file', file, ...question], { encoding: 'utf8' }).trimEnd();
}

test('git reads the hard configuration', () => {
  expect(ask(HARD_CONFIG, 'core.hooksPath')).toBe('/dev/null');
  expect(ask(HARD_CONFIG, 'credential.helper')).toBe('');
  expect(ask(HARD_CONFIG, 'protocol.allow')).toBe('never');
  expect(ask(HARD_CONFIG, '--name-only', '--get-regexp', '^protocol\\..*\\.allow$').split('\n')).toEqual(
    ['https', 'http', 'ssh', 'file'].map((name) => `protocol.${name}.allow`),
  );
});

test('credentials are for one address and nothing beside or above it', () => {
  const text = renderAccess('https://h/team/env.git', {
    authorization: 'Basic "x\\y"',
    caFile: '/etc/a "b"',
  });
  const of = (url: string) => execGet(text, url);
  expect(of('https://h/team/env.git')).toBe('Authorization: Basic "x\\y"');
  expect(of('https://h/team/env.git/info/refs')).toBe('Authorization: Basic "x\\y"');
  for (const url of [
    'https://h/team/other.git',
    'https://h/',
    'https://h2/team/env.git',
    'http://h/team/env.git',
  ])
    expect(of(url), url).toBe('');
  expect(ask(text, '--get-urlmatch', 'http.sslCAInfo', 'https://h/team/env.git')).toBe('/etc/a "b"');
  expect(renderAccess('https://h/r', { authorization: null, caFile: null })).toBe('');
});

function execGet(text: string, url: string): string {
  try {
    return ask(text, '--get-urlmatch', 'http.extraHeader', url);
  } catch {
    return ''; // exit code 1: nothing matches
  }
}
