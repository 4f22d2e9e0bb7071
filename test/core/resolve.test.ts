import { expect, test } from 'vitest';
import { formatComplaint } from '../../src/core/complain.ts';
import { resolveHost } from '../../src/core/resolve.ts';
import { makeSmallRepository, textsOf } from '../helpers/repository-parts.ts';

const repository = makeSmallRepository({
  'env/common.yaml': 'A: common\n',
  'env/environments/e.yaml': 'A: e\n',
  'env/groups/g1.yaml': 'A: g1\n',
});

test('a host of the inventory', () => {
  expect(resolveHost(repository, { name: 'h' }).value?.host.groups).toEqual(['g1', 'g2']);
});

test('a host that only its own configuration names', () => {
  const { value } = resolveHost(repository, { name: 'pod-1', environment: 'e', groups: ['g1'] });
  expect(value?.host).toMatchObject({ name: 'pod-1', environment: 'e', groups: ['g1'], at: null });
  expect(textsOf(value?.variables)).toEqual({ A: 'g1' });
  expect(
    textsOf(resolveHost(repository, { name: 'pod-1', environment: 'e', groups: null }).value?.variables),
  ).toEqual({ A: 'e' });
});

test('the inventory wins over what a host says of itself', () => {
  expect(resolveHost(repository, { name: 'h', environment: 'x' }).value?.host.environment).toBe('e');
});

test('an unknown host is refused, with the one that may be meant', () => {
  const { value, complaints } = resolveHost(repository, { name: 'H', environment: null, groups: null });
  expect(value).toBeNull();
  expect(complaints.map(formatComplaint)).toEqual([
    '"H" is not in hosts.yaml; did you mean "h"? [HOST_UNKNOWN]',
  ]);
});

test('an environment without a file is refused: too few values would go out in silence', () => {
  const { value, complaints } = resolveHost(repository, { name: 'pod-1', environment: 'ee' });
  expect(value).toBeNull();
  expect(complaints.map(formatComplaint)).toEqual([
    'env/environments/ee.yaml (environment ee) is missing [FILE_MISSING]',
  ]);
});
