import { judgeHealth } from '../core/daemon/health.ts';
import { ReconcileError } from '../core/errors.ts';
import type { Answer, Route } from '../core/http/exchange.ts';
import { answerJson, answerText } from '../core/http/exchange.ts';
import { EXPOSITION_TYPE } from '../core/metrics/exposition.ts';
import type { Clock } from '../ports.ts';
import { dryRun } from '../reconcile/dry-run.ts';
import type { Standing } from '../reconcile/standing.ts';
import { readStanding } from '../reconcile/standing.ts';
import type { World } from '../reconcile/world.ts';
import { describeState } from './describe-state.ts';
import type { HealthListener } from './health-listener.ts';

export interface StateRoutesOptions {
  /** The host as it is configured now. Throws CONFIG_INVALID. */
  readonly world: () => World;
  readonly health: HealthListener;
  readonly staleMs: number;
  readonly clock: Clock;
  /** The text that Prometheus reads. */
  readonly metrics: () => Promise<string>;
}

/** What a daemon tells to whoever may ask: that it lives, whether the host is well, where it stands, its figures. */
export function stateRoutes(options: StateRoutesOptions): readonly Route[] {
  return [
    get('/healthz', async () => answerText(200, 'alive')),
    get('/readyz', async () => answerReadiness(examine(options))),
    get('/status', async () => answerState(options)),
    get('/metrics', async () => answerMetrics(await options.metrics())),
  ];
}

function get(path: string, handle: Route['handle']): Route {
  return { method: 'GET', path, maxBodyBytes: 0, handle };
}

/** Where the host stands (null: that cannot be read), and why it is not ready. */
interface Examined {
  readonly standing: Standing | null;
  readonly why: readonly string[];
}

function examine({ world, health, staleMs, clock }: StateRoutesOptions): Examined {
  try {
    const host = world();
    const standing = readStanding({ ...dryRun(host), restraints: host.restraints });
    health.noteDebt(standing.owed !== null);
    const { applied, restraint } = standing;
    const why = judgeHealth(health.health, { staleMs, applied, restraint, now: clock.now() });
    return { standing, why };
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    return { standing: null, why: [`where the host stands cannot be read: ${error.code}`] };
  }
}

function answerReadiness({ why }: Examined): Answer {
  const ready = why.length === 0;
  return answerJson(ready ? 200 : 503, { ready, why });
}

function answerState(options: StateRoutesOptions): Answer {
  const { standing, why } = examine(options);
  return answerJson(200, describeState({ standing, why, ...pick(options.health) }));
}

function pick({ health, last }: HealthListener) {
  return { lastSuccess: health.lastSuccess, last };
}

function answerMetrics(body: string): Answer {
  return { status: 200, type: EXPOSITION_TYPE, body };
}
