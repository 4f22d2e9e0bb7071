import type { Reason } from '../core/daemon/reason.ts';

interface Waiting<Answer> {
  readonly reasons: Set<Reason>;
  readonly answer: Promise<Answer>;
  begin(): Promise<void>;
}

/**
 * One at work, one waiting: whatever is asked for meanwhile joins the one that waits, because it will see the newest
 * state anyway. So a thousand asks in one second cost two runs.
 */
export class Mailbox<Answer> {
  readonly #work: (reasons: ReadonlySet<Reason>) => Promise<Answer>;
  #current: Promise<void> | null = null;
  #waiting: Waiting<Answer> | null = null;
  readonly #failed = withResolvers<never>();

  /** `work` foresees everything: what it throws is a bug, and given to those who asked and to `failed`. */
  constructor(work: (reasons: ReadonlySet<Reason>) => Promise<Answer>) {
    this.#work = work;
  }

  /** Rejects with the first bug. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** Gives the answer of a run that began after this call. */
  async ask(reason: Reason): Promise<Answer> {
    this.#waiting ??= this.#prepare();
    this.#waiting.reasons.add(reason);
    const { answer } = this.#waiting;
    this.#next();
    return await answer;
  }

  /** Waits until nothing is at work and nothing waits. */
  async drain(): Promise<void> {
    while (this.#current !== null) await this.#current;
  }

  #next(): void {
    const next = this.#waiting;
    if (this.#current !== null || next === null) return;
    this.#waiting = null;
    this.#current = next.begin().finally(() => {
      this.#current = null;
      this.#next();
    });
  }

  #prepare(): Waiting<Answer> {
    const reasons = new Set<Reason>();
    const { promise: answer, resolve, reject } = withResolvers<Answer>();
    const begin = async () =>
      await this.#work(reasons).then(resolve, (error: unknown) => {
        this.#failed.reject(error);
        reject(error);
      });
    return { reasons, answer, begin };
  }
}

/** Promise.withResolvers, which Node 20 lacks. */
function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
