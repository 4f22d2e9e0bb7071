import type { PoolFacts, ServiceFacts, Weakness } from './facts.ts';

/** A reload is only safe for requests that end within this time. */
const SHORT_MS = 2000;
const LONG_MS = 30_000;

/** What is weak in php-fpm's set-up, in the order in which a person would look at it. */
export function checkService(facts: ServiceFacts): readonly Weakness[] {
  return [
    ...checkState(facts),
    ...checkTimeout(facts),
    ...facts.pools.flatMap((pool) => checkPool(pool, facts)),
    ...checkShadows(facts),
    ...checkUnit(facts),
    ...checkPermissions(facts),
  ];
}

function checkState({ state, config, strangers }: ServiceFacts): readonly Weakness[] {
  if (state?.kind !== 'absent') return [];
  const others = strangers.map((stranger) => `pid ${stranger.pid} (${stranger.config})`);
  const seen = others.length === 0 ? '' : `; other masters run: ${others.join(', ')}`;
  return [{ code: 'SERVICE_ABSENT', message: `no php-fpm master runs ${config}${seen}` }];
}

function checkTimeout({ controlTimeout, config }: ServiceFacts): readonly Weakness[] {
  if (controlTimeout === null) return [];
  const { ms, at } = controlTimeout;
  const said =
    at === null
      ? `${config}: process_control_timeout is not set, so it is 0`
      : `${at}: process_control_timeout is ${ms / 1000} s`;
  if (ms < SHORT_MS) return [{ code: 'RELOAD_LOSES_REQUESTS', message: `${said}: ${describeLoss(ms)}` }];
  if (ms <= LONG_MS) return [];
  const message = `${said}: at a reload one slow request can stall all new ones for as long`;
  return [{ code: 'RELOAD_STALLS', message }];
}

function describeLoss(ms: number): string {
  return ms === 0
    ? 'each reload ends the requests that are under way'
    : 'each reload ends the requests that take longer';
}

function checkPool(pool: PoolFacts, { pools }: ServiceFacts): readonly Weakness[] {
  const { name, at, readsOurFile, hasPing, keepsEnvironmentAt } = pool;
  const weaknesses: Weakness[] = [];
  if (!readsOurFile && pools.some((each) => each.readsOurFile)) {
    weaknesses.push({ code: 'POOL_NOT_REACHED', message: `${at}: pool ${name} does not read our file` });
  }
  if (readsOurFile && !hasPing) {
    weaknesses.push({ code: 'POOL_NOT_PROVEN', message: `${at}: pool ${name} has no ping.path` });
  }
  if (readsOurFile && keepsEnvironmentAt !== null) {
    const message = `${keepsEnvironmentAt}: pool ${name} has clear_env = no, so PHP also sees the environment of the master`;
    weaknesses.push({ code: 'ENVIRONMENT_NOT_CLEARED', message });
  }
  return weaknesses;
}

function checkShadows({ shadows }: ServiceFacts): readonly Weakness[] {
  return shadows.map(({ name, at }) => ({
    code: 'VARIABLE_SHADOWED',
    message: `${at}: fastcgi_param ${name} hides the variable of this name`,
  }));
}

function checkUnit({ unit }: ServiceFacts): readonly Weakness[] {
  if (unit === null || unit.restart !== 'no') return [];
  const message = `the systemd unit ${unit.name} has Restart=no: php-fpm stays down when it ends`;
  return [{ code: 'UNIT_NOT_RESTARTED', message }];
}

function checkPermissions(facts: ServiceFacts): readonly Weakness[] {
  const weaknesses: Weakness[] = [];
  const { state } = facts;
  if (facts.canEndWithUs === false) {
    const message = 'setpriv(1) is missing, so that a killed run can leave a private php-fpm behind';
    weaknesses.push({ code: 'KILL_LEAVES_PROCESS', message });
  }
  if (!facts.hasBinary) {
    const message = 'php_fpm.binary is none, so that nothing is rehearsed or tested here';
    weaknesses.push({ code: 'NOT_REHEARSED', message });
  }
  if (facts.canMount === false) {
    const message = 'a private mount namespace is not permitted, so that php-fpm -t runs on a copy';
    weaknesses.push({ code: 'TESTED_ON_COPY', message });
  }
  if (state?.kind === 'running' && !state.isCertain) {
    const message = `/proc/${state.pid}/auxv proves nothing here, so that a reload is proven by new workers`;
    weaknesses.push({ code: 'PROVEN_BY_CHILDREN', message });
  }
  return weaknesses;
}
