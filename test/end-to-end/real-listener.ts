import { writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { findFreePort } from '../helpers/free-port.ts';
import type { Parts } from '../helpers/webhooks.ts';
import { makeDelivery, SENDERS } from '../helpers/webhooks.ts';
import type { RealDaemon } from './real-daemon.ts';
import { startDaemon } from './real-daemon.ts';
import { RealHost } from './real-host.ts';

/** What came back. */
export interface Answered {
  readonly status: number;
  readonly body: string;
}

/** A host whose daemon hears of commits by webhooks of GitHub alone: the repository is fetched, and seldom asked by itself. */
export class RealListener {
  readonly host: RealHost;
  readonly port: number;
  readonly secretFile: string;
  readonly #settings: string;
  #ids = 0;
  #daemon: RealDaemon | null = null;

  private constructor(host: RealHost, port: number, settings: string) {
    this.host = host;
    this.port = port;
    this.secretFile = join(host.directory, 'secret');
    this.#settings = settings;
  }

  /** Makes the host and starts its daemon; further settings are appended as they are. */
  static async start(settings = ''): Promise<RealListener> {
    const host = await RealHost.start({ processControlTimeout: '10s' }); // a reload loses no question of a test
    const listener = new RealListener(host, await findFreePort(), settings);
    listener.writeSecret(SENDERS.github.secret);
    await listener.restart();
    return listener;
  }

  get daemon(): RealDaemon {
    if (this.#daemon === null) throw new Error('there is no daemon');
    return this.#daemon;
  }

  get socket(): string {
    return join(this.host.directory, 'var', 'run', 'control', 'socket');
  }

  /** As an editor leaves it: with a newline at the end. */
  writeSecret(secret: Uint8Array, file = this.secretFile): void {
    writeFileSync(file, Buffer.concat([secret, Buffer.from('\n')]), { mode: 0o600 });
  }

  /** Writes the configuration and starts the daemon; its first run is over when this settles. */
  async restart(): Promise<void> {
    const { port, secretFile, host } = this;
    const webhook = `webhook: {sender: github, secret_file: ${secretFile}, previous_secret_file: ${secretFile}.old}\n`;
    const usual = `listen: {port: ${port}}\nschedule: {every_seconds: 9999}\n`;
    this.writeSecret(SENDERS.github.secret, `${secretFile}.old`);
    host.configure(usual + webhook + this.#settings, { url: host.bare, transport: 'mirror' });
    this.#daemon = await startDaemon(host);
  }

  /** Delivers a push of GitHub, each with an id of its own unless it is given. */
  async deliver(parts: Parts = {}): Promise<Answered> {
    const id = { 'X-GitHub-Delivery': `delivery-${this.#ids++}` };
    const { headers, body } = makeDelivery('github', { ...parts, headers: { ...id, ...parts.headers } });
    return await this.ask('POST /webhook', { headers: Object.fromEntries(headers), body });
  }

  /** Asks over the network. */
  async ask(what: string, options: Omit<Asking, 'what' | 'place'> = {}): Promise<Answered> {
    return await ask({ ...options, what, place: { host: '127.0.0.1', port: this.port } });
  }

  /** Asks over the control socket. */
  async askLocally(what: string): Promise<Answered> {
    return await ask({ what, place: { socketPath: this.socket } });
  }
}

/** `what`: method and path. */
export interface Asking {
  readonly what: string;
  readonly place: { readonly host: string; readonly port: number } | { readonly socketPath: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** Asks a server once, over a connection of its own. */
export async function ask({ what, place, headers, body }: Asking): Promise<Answered> {
  const [method, path] = what.split(' ');
  return await new Promise((resolve, reject) => {
    const sent = httpRequest({ ...place, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
