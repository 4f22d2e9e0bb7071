import type { Notifier } from '../../../src/ports/daemon.ts';

/** Remembers what it was told; `fault` is what it has against it. */
export class FakeNotifier<News> implements Notifier<News> {
  readonly name: string;
  readonly told: News[] = [];
  fault: string | null = null;
  /** Settles when the next answers may come. */
  ready: Promise<unknown> = Promise.resolve();

  constructor(name = 'fake') {
    this.name = name;
  }

  async tell(news: News): Promise<string | null> {
    this.told.push(news);
    await this.ready;
    return this.fault;
  }
}
