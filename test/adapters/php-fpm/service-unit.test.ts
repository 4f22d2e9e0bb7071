import { expect, test } from 'vitest';
import { findUnit, parseUnit, readServiceUnit } from '../../../src/adapters/php-fpm/service-unit.ts';

test.each<[string, readonly string[], string | null]>([
  ['of one hierarchy', ['/system.slice/php8.2-fpm.service'], 'php8.2-fpm.service'],
  ['of several hierarchies', ['/', '/system.slice/php-fpm.service', '/x'], 'php-fpm.service'],
  ['of a slice within', ['/system.slice/system-php.slice/php@8.service'], 'php@8.service'],
  ['of a terminal is none', ['/user.slice/user-1000.slice/session-2.scope'], null],
  ['of a user is none', ['/user.slice/user-1000.slice/user@1000.service/app.slice/php.service'], null],
  ['of a container is none', ['/system.slice/docker-0123.scope'], null],
  ['below a container engine is none', ['/system.slice/containerd.service/kubepods-x'], null],
  ['without a group is none', ['/'], null],
  ['of a process that is gone is none', [], null],
])('the unit of a process %s', (_, groups, expected) => {
  expect(findUnit(groups)).toBe(expected);
});

test('the unit counts only where the process is its main one', () => {
  const shown = 'Restart=on-failure\nMainPID=42\n';
  expect(parseUnit('a.service', shown, 42)).toEqual({ name: 'a.service', restart: 'on-failure' });
  expect(parseUnit('a.service', shown, 43)).toBe(null);
  expect(parseUnit('a.service', '', 42)).toBe(null);
});

test('a process of this test is no unit', async () => {
  expect(await readServiceUnit(process.pid)).toBe(null);
});
