import { once } from 'node:events';
import { chmodSync, mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { dirname } from 'node:path';
import { onTestFinished } from 'vitest';

/** A server at a socket of the file system, as the daemon has one. */
export interface ControlServer {
  /** `POST /run`, in the order in which they came. */
  requests(): readonly string[];
  stop(): Promise<void>;
}

export type Respond = (request: string, response: ServerResponse) => void | Promise<void>;

/** Serves until the test ends; everybody on the host may ask. */
export async function startControlServer(socket: string, respond: Respond): Promise<ControlServer> {
  const seen: string[] = [];
  const server = createServer((asked: IncomingMessage, response) => {
    const request = `${asked.method} ${asked.url}`;
    seen.push(request);
    void respond(request, response);
  });
  mkdirSync(dirname(socket), { recursive: true, mode: 0o755 });
  server.listen(socket);
  await once(server, 'listening');
  chmodSync(socket, 0o666);
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  onTestFinished(stop);
  return { requests: () => seen, stop };
}

/** One JSON document. */
export function respondWith(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}
