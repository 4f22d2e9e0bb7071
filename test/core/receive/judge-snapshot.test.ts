import { describe, expect, test } from 'vitest';
import { checkRepository } from '../../../src/core/check.ts';
import { judgeSnapshot } from '../../../src/core/receive/judge-snapshot.ts';
import type { HostProfile } from '../../../src/core/types.ts';
import { smallRepository, withFiles } from '../../docs/small-repository.ts';
import { PROFILE, SHELL_FILE } from '../../helpers/host-profile.ts';

const HOST: HostProfile = { ...PROFILE, name: 'php-143-117', destinations: [SHELL_FILE] };
const GOOD = withFiles({});
const codesOf = (host: Partial<HostProfile>, snapshot = GOOD) =>
  judgeSnapshot(snapshot, { ...HOST, ...host }).map(({ code }) => code);

describe('a commit is judged by', () => {
  test('what `reconcile check` says of it', () => {
    expect(judgeSnapshot(GOOD, HOST)).toEqual([]);
    const bad = withFiles({ 'env/common.yaml': 'A: [\n', 'hosts.yaml': 'php-143-117: 1\n' });
    expect(judgeSnapshot(bad, HOST)).toEqual(checkRepository(bad));
  });

  test('what this host alone refuses', () => {
    expect(codesOf({ name: 'unheard-of' })).toEqual(['HOST_UNKNOWN']);
    const secret = smallRepository({
      'reconcile.yaml': 'format: 1\nid: example\nlayers: [env/common.yaml]\n',
      'hosts.yaml': 'php-143-117: {environment: test}\n',
      'variables.yaml': 'S: {secret: true}\n',
      'env/common.yaml': 'S: x\n',
    });
    expect(codesOf({}, secret)).toEqual(['SECRET_EXPOSED']);
  });

  test('what is wrong with the repository alone, where anything is', () => {
    expect(codesOf({ name: 'unheard-of' }, withFiles({ 'env/common.yaml': 'A: [\n' }))).toEqual([
      'YAML_SYNTAX',
    ]);
  });

  test("this host's rules for names", () => {
    expect(codesOf({ names: { refuse: ['*'], allow: [] } })).toContain('NAME_REFUSED');
  });

  test('the `id` of the repository, before all else', () => {
    const foreign = withFiles({ 'env/hosts/php-143-117.yaml': 'LD_PRELOAD: x\n' });
    expect(codesOf({ repositoryId: 'another' }, foreign)).toEqual(['SOURCE_FOREIGN']);
  });
});
