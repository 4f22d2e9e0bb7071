import { describe, expect, test } from 'vitest';
import type { Setup } from '../../../src/core/doctor/check-setup.ts';
import { checkSetup } from '../../../src/core/doctor/check-setup.ts';
import type { PlaceFacts, PoolFacts, ServiceFacts } from '../../../src/core/doctor/facts.ts';
import { FINDINGS } from '../../../src/core/doctor/findings.ts';
import type { ErrorCode } from '../../../src/core/errors.ts';
import { ERRORS, ReconcileError } from '../../../src/core/errors.ts';
import { SOUND_PLACES, SOUND_SERVICE } from '../../helpers/fakes/service-facts.ts';

const error = (code: ErrorCode, message = 'what is wrong') => new ReconcileError(code, message);
const check = (setup: Partial<Setup>) =>
  checkSetup({ errors: [], places: SOUND_PLACES, service: SOUND_SERVICE, ...setup });
const checkService = (facts: Partial<ServiceFacts>) => check({ service: { ...SOUND_SERVICE, ...facts } });
const checkPlaces = (facts: Partial<PlaceFacts>) => check({ places: { ...SOUND_PLACES, ...facts } });
const pool = (facts: Partial<PoolFacts>): PoolFacts => ({ ...SOUND_SERVICE.pools[0]!, ...facts });
const codesOf = (findings: ReturnType<typeof check>) => findings.map(({ code }) => code);

test('a host without a weakness has nothing to be told', () => {
  expect(check({})).toEqual([]);
  expect(check({ service: null })).toEqual([]);
});

describe('of php-fpm it is told', () => {
  test.each<[string, Partial<ServiceFacts>, string, string]>([
    [
      'that a reload loses requests by default',
      { controlTimeout: { ms: 0, at: null } },
      'RELOAD_LOSES_REQUESTS',
      '/etc/php-fpm.conf: process_control_timeout is not set, so it is 0: each reload ends the requests that are under way',
    ],
    [
      'that a reload loses longer requests',
      { controlTimeout: { ms: 1000, at: '/a.conf:3' } },
      'RELOAD_LOSES_REQUESTS',
      '/a.conf:3: process_control_timeout is 1 s: each reload ends the requests that take longer',
    ],
    [
      'that a reload can stall new requests',
      { controlTimeout: { ms: 31_000, at: '/a.conf:3' } },
      'RELOAD_STALLS',
      '/a.conf:3: process_control_timeout is 31 s: at a reload one slow request can stall all new ones for as long',
    ],
    [
      'that it is down',
      { state: { kind: 'absent' } },
      'SERVICE_ABSENT',
      'no php-fpm master runs /etc/php-fpm.conf',
    ],
    [
      'which other masters run while it is down',
      { state: { kind: 'absent' }, strangers: [{ pid: 8, config: '/b.conf' }] },
      'SERVICE_ABSENT',
      'no php-fpm master runs /etc/php-fpm.conf; other masters run: pid 8 (/b.conf)',
    ],
    [
      'which pool does not get the file',
      { pools: [pool({}), pool({ name: 'api', at: '/a.conf:9', readsOurFile: false, hasPing: false })] },
      'POOL_NOT_REACHED',
      '/a.conf:9: pool api does not read our file',
    ],
    [
      'which pool cannot prove it',
      { pools: [pool({ at: '/a.conf:9', hasPing: false })] },
      'POOL_NOT_PROVEN',
      '/a.conf:9: pool www has no ping.path',
    ],
    [
      'which pool keeps the environment',
      { pools: [pool({ keepsEnvironmentAt: '/a.conf:9' })] },
      'ENVIRONMENT_NOT_CLEARED',
      '/a.conf:9: pool www has clear_env = no, so PHP also sees the environment of the master',
    ],
    [
      'which line of nginx hides a variable',
      { shadows: [{ name: 'APP_ENV', at: '/etc/nginx/a:4' }] },
      'VARIABLE_SHADOWED',
      '/etc/nginx/a:4: fastcgi_param APP_ENV hides the variable of this name',
    ],
    [
      'that nobody starts it again',
      { unit: { name: 'php8.2-fpm.service', restart: 'no' } },
      'UNIT_NOT_RESTARTED',
      'the systemd unit php8.2-fpm.service has Restart=no: php-fpm stays down when it ends',
    ],
    [
      'that it is in another container',
      { hasBinary: false, canMount: null, canEndWithUs: null },
      'NOT_REHEARSED',
      'php_fpm.binary is none, so that nothing is rehearsed or tested here',
    ],
    [
      'that its configuration is tested on a copy',
      { canMount: false },
      'TESTED_ON_COPY',
      'a private mount namespace is not permitted, so that php-fpm -t runs on a copy',
    ],
    [
      'that its restart cannot be seen',
      { state: { kind: 'running', pid: 7, incarnation: '7:1:unseen', isCertain: false } },
      'PROVEN_BY_CHILDREN',
      '/proc/7/auxv proves nothing here, so that a reload is proven by new workers',
    ],
    [
      'that a private one can be left behind',
      { canEndWithUs: false },
      'KILL_LEAVES_PROCESS',
      'setpriv(1) is missing, so that a killed run can leave a private php-fpm behind',
    ],
  ])('%s', (_, facts, code, message) => {
    expect(checkService(facts)).toEqual([expect.objectContaining({ code, message })]);
  });

  test.each<[string, Partial<ServiceFacts>]>([
    ['a timeout of 2 s', { controlTimeout: { ms: 2000, at: '/a.conf:3' } }],
    ['a timeout of 30 s', { controlTimeout: { ms: 30_000, at: '/a.conf:3' } }],
    ['a unit that is restarted on failure', { unit: { name: 'a.service', restart: 'on-failure' } }],
    ['a unit that cannot be asked', { unit: null }],
    ['a master that cannot be told', { state: null, controlTimeout: null, pools: [] }],
    [
      'a pool of somebody else that keeps its environment and has no ping',
      { pools: [pool({ readsOurFile: false, hasPing: false, keepsEnvironmentAt: '/a.conf:9' })] },
    ],
  ])('nothing about %s', (_, facts) => {
    expect(checkService(facts)).toEqual([]);
  });
});

describe('of the places it is told', () => {
  test.each<[string, Partial<PlaceFacts>, string, string]>([
    [
      'that the state is lost at a reboot',
      { state: { path: '/run/state', fileSystem: 'tmpfs' } },
      'STATE_NOT_KEPT',
      'the state directory /run/state is on tmpfs, which is empty after a reboot',
    ],
    [
      'that the lock is not local',
      { lock: { path: '/net/lock', fileSystem: 'nfs' } },
      'LOCK_NOT_LOCAL',
      'the lock /net/lock is on nfs',
    ],
    [
      'which file has an access list',
      { withAccessList: ['/a'] },
      'ACCESS_LIST_LOST',
      '/a has an access list, which is lost when the file is replaced',
    ],
    [
      'which secret everybody can read',
      { openSecrets: ['/etc/reconcile/secret'] },
      'SECRET_FILE_OPEN',
      '/etc/reconcile/secret can be read by everybody on this host',
    ],
  ])('%s', (_, facts, code, message) => {
    expect(checkPlaces(facts)).toEqual([expect.objectContaining({ code, message })]);
  });

  test('that php-fpm could have a file, and where', () => {
    const proposals = [{ binary: '/sbin/fpm', config: '/a.conf', path: '/a.d/env.conf', pools: ['www'] }];
    const [found, ...others] = checkPlaces({ proposals });
    expect(others).toEqual([]);
    expect(found).toMatchObject({ severity: 'note', code: 'FILE_NOT_NAMED' });
    expect(found?.advice).toContain('files.php-fpm.path: /a.d/env.conf, php_fpm.binary: /sbin/fpm');
  });

  test('nothing about a state directory on a network file system', () => {
    expect(checkPlaces({ state: { path: '/net/state', fileSystem: 'nfs' } })).toEqual([]);
  });
});

describe('an error', () => {
  test('has its code and its hint, wherever it was found', () => {
    const advice = ERRORS.STATE_UNUSABLE.hint;
    const expected = { severity: 'error', code: 'STATE_UNUSABLE', message: 'what is wrong', advice };
    expect(check({ errors: [error('STATE_UNUSABLE')] })).toEqual([expected]);
    expect(checkPlaces({ errors: [error('STATE_UNUSABLE')] })).toEqual([expected]);
    expect(checkService({ errors: [error('STATE_UNUSABLE')] })).toEqual([expected]);
  });

  test('about the place of the file comes with better places', () => {
    const proposals = [
      {
        binary: '/usr/sbin/php-fpm',
        config: '/etc/php-fpm.conf',
        path: '/etc/fpm.d/env.conf',
        pools: ['www', 'api'],
      },
      { binary: null, config: '/etc/php-fpm.conf', path: '/etc/pool/env.conf', pools: [] },
    ];
    const [found] = checkService({ errors: [error('LAYOUT_WRONG')], proposals });
    expect(found?.advice.split('\n')).toEqual([
      ERRORS.LAYOUT_WRONG.hint,
      'php-fpm would read it here: files.php-fpm.path: /etc/fpm.d/env.conf, php_fpm.binary: /usr/sbin/php-fpm, php_fpm.config: /etc/php-fpm.conf, php_fpm.pools: [www, api].',
      'php-fpm would read it here: files.php-fpm.path: /etc/pool/env.conf, php_fpm.config: /etc/php-fpm.conf, no php_fpm.pools.',
    ]);
    expect(checkService({ errors: [error('SERVICE_ORPHANED')], proposals })[0]?.advice).not.toContain(
      'read it',
    );
  });

  test('that only another commit cures is none of the host', () => {
    const codes: readonly ErrorCode[] = ['GRAMMAR', 'REHEARSAL_FAILED', 'HOST_UNKNOWN', 'SECRET_EXPOSED'];
    const found = check({ errors: codes.map((code) => error(code)) });
    expect(codesOf(found)).toEqual(['HOST_UNKNOWN', 'SECRET_EXPOSED']);
  });
});

test('errors come first, then warnings, then notes', () => {
  const service = { ...SOUND_SERVICE, canMount: false, controlTimeout: { ms: 0, at: null } };
  const places = { ...SOUND_PLACES, withAccessList: ['/a'] };
  const found = check({ errors: [error('SOURCE_UNREACHABLE')], places, service });
  expect(codesOf(found)).toEqual([
    'SOURCE_UNREACHABLE',
    'RELOAD_LOSES_REQUESTS',
    'ACCESS_LIST_LOST',
    'TESTED_ON_COPY',
  ]);
});

test('every finding of the table is told of some host', () => {
  const service: ServiceFacts = {
    ...SOUND_SERVICE,
    hasBinary: false,
    controlTimeout: { ms: 0, at: null },
    pools: [pool({ hasPing: false, keepsEnvironmentAt: '/a:1' }), pool({ readsOurFile: false })],
    unit: { name: 'a.service', restart: 'no' },
    canMount: false,
    canEndWithUs: false,
    state: { kind: 'running', pid: 7, incarnation: '7:1:unseen', isCertain: false },
    shadows: [{ name: 'A', at: '/a:1' }],
  };
  const places: PlaceFacts = {
    errors: [],
    state: { path: '/a', fileSystem: 'tmpfs' },
    lock: { path: '/b', fileSystem: 'nfs' },
    withAccessList: ['/c'],
    openSecrets: ['/e'],
    proposals: [{ binary: null, config: '/d.conf', path: '/d', pools: [] }],
  };
  const told = [
    ...check({ service, places }),
    ...checkService({ state: { kind: 'absent' }, controlTimeout: { ms: 60_000, at: null } }),
  ];
  expect([...new Set(codesOf(told))].sort()).toEqual(Object.keys(FINDINGS).sort());
});
