import type { RunEvent } from '../core/daemon/report.ts';
import type { DeliveryCounts, DeliveryResult } from '../core/metrics/deliveries.ts';
import { countDelivery, deliverySamples } from '../core/metrics/deliveries.ts';
import type { Sample } from '../core/metrics/exposition.ts';
import { renderExposition, sample, timeSamples } from '../core/metrics/exposition.ts';
import { endOf, isSuccess, lastRunSamples } from '../core/metrics/last-run.ts';
import type { RunCounts } from '../core/metrics/run-counts.ts';
import { countRun, countSamples, NO_RUNS } from '../core/metrics/run-counts.ts';
import type { Listener } from '../ports/daemon.ts';
import type { Log, Moment } from '../ports.ts';
import { measureHost } from '../reconcile/measure-host.ts';
import type { World } from '../reconcile/world.ts';
import { SideWork } from './side-work.ts';

export interface MetricsOptions {
  /** The host as it is configured now. May throw CONFIG_INVALID. */
  readonly world: () => World;
  /** When the host was last as it is wanted; kept on the host, so that a restart does not forget it. */
  readonly success: Moment;
  /** Labels of `build_info`. */
  readonly build: { readonly version: string; readonly node_version: string };
  readonly log: Log;
}

/**
 * The figures of a host: counted while it listens to runs, and read from the host itself at each question. Nothing here throws or
 * asks the repository: what cannot be read is told by a figure and a warning.
 */
export class Metrics implements Listener {
  readonly #options: MetricsOptions;
  readonly #side: SideWork;
  #counts: RunCounts;
  #deliveries: DeliveryCounts = null;
  #last: RunEvent | null = null;

  constructor(options: MetricsOptions) {
    this.#options = options;
    this.#side = new SideWork(options.log);
    const lastGood = this.#side.try('unmeasured', () => options.world().ledger.read().lastGood);
    this.#counts = { ...NO_RUNS, applied: lastGood?.commit ?? null };
  }

  hear(event: RunEvent): void {
    this.#last = event;
    this.#counts = countRun(this.#counts, event);
    if (isSuccess(event)) this.#side.try('unnoted', () => this.#options.success.note(endOf(event)));
  }

  /** Counts a webhook. Can be handed on as it is. */
  readonly countDelivery = (result: DeliveryResult): void => {
    this.#deliveries = countDelivery(this.#deliveries, result);
  };

  /** What whoever has heard of the last run can tell. Can be handed on as it is. */
  readonly readGauges = (): readonly Sample[] => {
    const { build } = this.#options;
    return [...this.#readHost(), ...lastRunSamples(this.#last), sample('build_info', 1, build)];
  };

  /** Everything, in Prometheus' text format. Never rejects. Can be handed on as it is. */
  readonly read = async (): Promise<string> => {
    const counted = [...countSamples(this.#counts), ...deliverySamples(this.#deliveries)];
    return renderExposition([...this.readGauges(), ...counted]);
  };

  #readHost(): readonly Sample[] {
    const { world, success } = this.#options;
    const found = this.#side.try('unmeasured', () => [
      ...measureHost(world()),
      ...timeSamples('last_success_timestamp_seconds', success.last()),
    ]);
    return [sample('state_readable', found === null ? 0 : 1), ...(found ?? [])];
  }
}
