import type { Answer, Route } from '../core/http/exchange.ts';
import { answerJson } from '../core/http/exchange.ts';
import type { Ask, Runner, Trigger, Watch } from '../ports/daemon.ts';

/** What is sent along says nothing. */
const MAX_BODY_BYTES = 4096;

/** Asks when somebody on this host does, and lets him have the run's report when it is over. */
export class RequestTrigger implements Trigger {
  readonly routes: readonly Route[];
  #ask: Ask | null = null;

  constructor(runner: Pick<Runner, 'warm'>) {
    this.routes = [
      post('/run', () => this.#run()),
      post('/warm', async () => {
        if (this.#ask !== null) runner.warm();
        return answerJson(200, null);
      }),
    ];
  }

  start(ask: Ask): Watch {
    this.#ask = ask;
    return {
      stop: async () => {
        this.#ask = null;
      },
    };
  }

  /** The event of a run that began after the request; null where the daemon waits after a failure. */
  async #run(): Promise<Answer> {
    if (this.#ask === null) return answerJson(503, { error: 'the daemon is ending' });
    return answerJson(200, await this.#ask('request'));
  }
}

function post(path: string, handle: Route['handle']): Route {
  return { method: 'POST', path, maxBodyBytes: MAX_BODY_BYTES, handle };
}
