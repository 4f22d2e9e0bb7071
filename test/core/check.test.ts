import { expect, test } from 'vitest';
import { checkRepository } from '../../src/core/check.ts';
import { formatComplaint } from '../../src/core/complain.ts';
import { renderHost } from '../../src/core/render-host.ts';
import { parseRepository } from '../../src/core/repository/repository.ts';
import { makeRepositorySnapshot } from '../fixtures/repository.ts';
import type { Files } from '../helpers/repository-parts.ts';

const told = (changes: Files) => checkRepository(makeRepositorySnapshot(changes)).map(formatComplaint);

test('the fixture has no complaint', () => {
  expect(told({})).toEqual([]);
});

test('a mistake that all hosts share is told once and names none', () => {
  const common = 'APP_NAME: x\nAPP_ENV: production\nDB_HOST: x\nDB_PASSWORD: x\nZIP: 0007\n';
  expect(told({ 'env/common.yaml': common })).toContain(
    'env/common.yaml:5:6: "0007" does not match its pattern [0-9]{3} [VALUE_UNDECLARED_SHAPE]'.replace(
      '"0007"',
      'ZIP: "0007"',
    ),
  );
  expect(told({ 'env/common.yaml': common }).filter((line) => line.includes('ZIP'))).toHaveLength(1);
});

test('a mistake of some hosts names the first of them', () => {
  expect(told({ 'env/environments/production.yaml': 'ZIP: x\n' })).toEqual([
    'env/environments/production.yaml:1:6: ZIP: "x" does not match its pattern [0-9]{3} [hosts php-145-001, php-145-002, php-145-003 and 2 more] [VALUE_UNDECLARED_SHAPE]',
  ]);
  expect(told({ 'env/hosts/php-143-117.yaml': 'ZIP: x\n' })).toEqual([
    'env/hosts/php-143-117.yaml:1:6: ZIP: "x" does not match its pattern [0-9]{3} [host php-143-117] [VALUE_UNDECLARED_SHAPE]',
  ]);
});

test('mistakes of different hosts are told together', () => {
  const codes = checkRepository(
    makeRepositorySnapshot({
      'env/hosts/php-143-117.yaml': 'ZIP: x\n',
      'env/hosts/php-145-005.yaml': 'DB_HOST: !unset\nRATIO: x\nMOTD: !expand ${NOPE}\n',
    }),
  ).map(({ code, at }) => `${at?.file} ${code}`);
  expect(codes).toEqual([
    'env/common.yaml EXPAND_UNKNOWN',
    'env/hosts/php-143-117.yaml VALUE_UNDECLARED_SHAPE',
    'env/hosts/php-145-005.yaml VALUE_UNDECLARED_SHAPE',
    'env/hosts/php-145-005.yaml EXPAND_UNKNOWN',
    'variables.yaml VALUE_MISSING',
  ]);
});

test('what only rendering finds is told too', () => {
  expect(told({ 'env/hosts/php-143-117.yaml': 'MAIL_FROM: $pool\n' }).join()).toContain('[VALUE_IMPOSSIBLE]');
  expect(told({ 'templates/shell_env.sh.liquid': 'rm -rf /\n' }).join()).toContain('[GRAMMAR]');
});

test('bad values are told together with bad files, and what may follow from a bad file is not', () => {
  const codes = checkRepository(
    makeRepositorySnapshot({
      'env/common.yaml': 'APP_ENV: production\nZIP: 0007\nMAIL_FROM: $pool\nBROKEN: [1]\n',
    }),
  ).map(({ code, at }) => `${at?.file}:${at?.line} ${code}`);
  expect(codes).toEqual([
    'env/common.yaml:2 VALUE_UNDECLARED_SHAPE',
    'env/common.yaml:3 VALUE_IMPOSSIBLE',
    'env/common.yaml:4 YAML_SHAPE',
  ]);
});

test('a hundred warnings keep no host from its files', () => {
  const lost = Array.from({ length: 150 }, (_, at) => [`env/lost/${at}.yaml`, '# nothing\n'] as const);
  const { value, complaints } = renderHost(
    parseRepository(makeRepositorySnapshot(Object.fromEntries(lost))),
    {
      name: 'php-143-117',
      targets: ['php-fpm', 'shell'],
      pools: [],
      announceRevision: true,
    },
  );
  expect([value?.files.length, complaints]).toEqual([2, []]);
});
