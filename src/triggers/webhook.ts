import { ReconcileError } from '../core/errors.ts';
import type { Answer, Request, Route } from '../core/http/exchange.ts';
import { answerText } from '../core/http/exchange.ts';
import { Strikes } from '../core/http/strikes.ts';
import type { DeliveryResult } from '../core/metrics/deliveries.ts';
import type { Reading, Refused } from '../core/webhook/delivery.ts';
import { refuse } from '../core/webhook/delivery.ts';
import type { Hook } from '../core/webhook/read-delivery.ts';
import { MAX_BODY_BYTES, readDelivery } from '../core/webhook/read-delivery.ts';
import type { SeenDeliveries } from '../core/webhook/seen-deliveries.ts';
import { isNewDelivery, rememberDelivery } from '../core/webhook/seen-deliveries.ts';
import type { Ask, Trigger, Watch } from '../ports/daemon.ts';
import type { Clock, Log } from '../ports.ts';
import { Pace } from './pace.ts';

export interface WebhookOptions {
  readonly path: string;
  /** What the configuration and the secret files say now. Throws CONFIG_INVALID. */
  readonly hook: () => Hook;
  readonly clock: Clock;
  readonly log: Log;
  /** For what anybody may bring about, as often as he likes. */
  readonly refusals: Log;
  /** Hears what became of each delivery. */
  readonly count: (result: DeliveryResult) => void;
}

/** Twenty mistakes at once and one a second are more than a forge that is set up wrongly makes. */
const RATES = { source: { burst: 20, perSecond: 1 }, all: { burst: 60, perSecond: 5 } };

/** Of many deliveries, ten a second are passed on: each costs the forge a question. */
const PACE_MS = 100;

/**
 * Asks when a forge tells of a push to the ref of this host. A delivery is a hint and no more: nothing of it says what is
 * taken. It is answered at once; what was asked for goes on behind.
 */
export class WebhookTrigger implements Trigger {
  readonly route: Route;
  readonly #options: WebhookOptions;
  readonly #strikes = new Strikes(RATES);
  #seen: SeenDeliveries = [];
  #pace: Pace | null = null;

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.route = {
      method: 'POST',
      path: options.path,
      maxBodyBytes: MAX_BODY_BYTES,
      admit: (from) => this.#admit(from),
      tooLarge: (from) => this.#refuse(refuse(413, `the body is larger than ${MAX_BODY_BYTES} bytes`), from),
      handle: async (request) => this.#handle(request),
    };
  }

  start(ask: Ask): Watch {
    // A bug is told by the daemon, which ends with it.
    const pace = new Pace(() => void ask('webhook').catch(() => undefined), PACE_MS);
    this.#pace = pace;
    return {
      stop: async () => {
        this.#pace = null;
        pace.stop();
      },
    };
  }

  #admit(from: string | null): Answer | null {
    const waitMs = this.#strikes.waitMs(from ?? '', this.#options.clock.now());
    if (waitMs === 0) return null;
    this.#options.count('limited');
    this.#options.refusals.event('warning', 'webhook-refused', { why: 'too many were refused', from });
    const seconds = String(Math.ceil(waitMs / 1000));
    const answer = answerText(429, `too many deliveries were refused; wait ${seconds} s`);
    return { ...answer, headers: { 'retry-after': seconds } };
  }

  #handle(request: Request): Answer {
    try {
      return this.#answer(readDelivery(request, this.#options.hook()), request);
    } catch (error) {
      if (!(error instanceof ReconcileError)) throw error;
      this.#options.count('unusable');
      this.#options.refusals.event('error', 'webhook-unusable', { why: error.message.trim() });
      return answerText(503, 'the webhook is set up wrongly on this host; its log says how');
    }
  }

  #answer(reading: Reading, { from }: Request): Answer {
    switch (reading.kind) {
      case 'refused':
        return this.#refuse(reading, from);
      case 'ping':
        this.#options.count('ping');
        this.#options.refusals.event('info', 'webhook-ping', { from });
        return answerText(200, 'it arrives');
      case 'ignored':
        this.#options.count('ignored');
        return answerText(200, `nothing to do: ${reading.why}`);
      case 'push':
        return this.#answerPush(reading);
      default:
        return reading satisfies never;
    }
  }

  #refuse({ status, why }: Refused, from: string | null): Answer {
    this.#strikes.count(from ?? '', this.#options.clock.now());
    this.#options.count('refused');
    this.#options.refusals.event('warning', 'webhook-refused', { why, status, from });
    return answerText(status, why);
  }

  #answerPush({ id, ref, after }: Extract<Reading, { kind: 'push' }>): Answer {
    if (this.#pace === null) return answerText(503, 'the daemon is ending');
    const isNew = isNewDelivery(this.#seen, id);
    this.#options.count(isNew ? 'push' : 'repeated');
    if (!isNew) return answerText(200, 'nothing to do: it was delivered before');
    this.#seen = rememberDelivery(this.#seen, id);
    this.#options.log.event('debug', 'webhook', { ref, after, id });
    this.#pace.ask();
    return answerText(202, 'a run is asked for');
  }
}
