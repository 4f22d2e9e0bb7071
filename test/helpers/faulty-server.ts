import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * What it does with a connection. `upstream` is a port of the loopback, and what is counted are the bytes that come from
 * there, TLS and all.
 */
export type Fault =
  /** None: everything goes through. */
  | { readonly kind: 'forward'; readonly upstream: number }
  /** Takes every byte and never answers. */
  | { readonly kind: 'silent' }
  /** Answers as upstream does, one byte every `everyMs`, after the first `afterBytes` at full speed. */
  | {
      readonly kind: 'drip';
      readonly upstream: number;
      readonly afterBytes?: number;
      readonly everyMs?: number;
    }
  /** Goes silent in the middle of the answer. */
  | { readonly kind: 'stall'; readonly upstream: number; readonly afterBytes: number }
  /** Resets the connection in the middle of the answer. */
  | { readonly kind: 'reset'; readonly upstream: number; readonly afterBytes: number }
  /** Ends the connection there, in a clean way. */
  | { readonly kind: 'cut'; readonly upstream: number; readonly afterBytes: number }
  /** Answers `head` and then `filler` without end. */
  | { readonly kind: 'endless'; readonly head: string; readonly filler: string };

/** A server, or a proxy in front of one, that breaks on demand. */
export interface FaultyServer {
  readonly port: number;
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** For connections from now on; those that are open end at once. */
  become(fault: Fault): void;
  /** Connections taken so far. */
  connections(): number;
  /** Bytes given to clients so far. */
  sentBytes(): number;
  stop(): Promise<void>;
}

/** Starts it on a free port of the loopback; it ends with the test. */
export async function startFaultyServer(first: Fault): Promise<FaultyServer> {
  const counts = { connections: 0, sentBytes: 0 };
  const open = new Set<Socket>();
  let fault = first;
  const endAll = (): void => {
    for (const socket of open) socket.destroy();
  };
  const server = createServer((client) => {
    counts.connections++;
    track(open, client);
    answer(client, fault, (bytes) => {
      counts.sentBytes += bytes.length;
      return client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    endAll();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(stop);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    become: (next) => {
      fault = next;
      endAll();
    },
    connections: () => counts.connections,
    sentBytes: () => counts.sentBytes,
    stop,
  };
}

/** A client that goes away is none of our failures. */
function track(open: Set<Socket>, socket: Socket): void {
  open.add(socket);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => open.delete(socket));
}

type Send = (bytes: Uint8Array) => boolean;

function answer(client: Socket, fault: Fault, send: Send): void {
  switch (fault.kind) {
    case 'silent':
      client.resume();
      return;
    case 'endless':
      client.once('data', () => pour(client, fault, send));
      return;
    case 'forward':
      relay(client, fault.upstream, send);
      return;
    case 'drip':
      drip(client, fault, send);
      return;
    case 'stall':
      relay(
        client,
        fault.upstream,
        limited(fault.afterBytes, send, () => {}),
      );
      return;
    case 'reset':
      relay(
        client,
        fault.upstream,
        limited(fault.afterBytes, send, () => client.resetAndDestroy()),
      );
      return;
    case 'cut':
      relay(
        client,
        fault.upstream,
        limited(fault.afterBytes, send, () => client.end()),
      );
      return;
    default:
      fault satisfies never;
  }
}

/** Everything that the client says goes upstream; what comes back goes through `send`. */
function relay(client: Socket, port: number, send: Send): Socket {
  const upstream = connect(port, '127.0.0.1');
  upstream.on('error', () => client.destroy());
  upstream.on('data', (bytes) => {
    if (!send(bytes)) upstream.pause();
  });
  client.on('drain', () => upstream.resume());
  client.on('close', () => upstream.destroy());
  upstream.on('end', () => client.end());
  client.pipe(upstream);
  return upstream;
}

/** Hands on so many bytes, then does what comes `after` and drops the rest. */
function limited(bytes: number, send: Send, after: () => void): Send {
  let left = bytes;
  return (chunk) => {
    if (left <= 0) return true;
    const part = chunk.subarray(0, left);
    left -= part.length;
    const isRoom = send(part);
    if (left === 0) after();
    return isRoom;
  };
}

function drip(client: Socket, fault: Fault & { readonly kind: 'drip' }, send: Send): void {
  const waiting: number[] = [];
  let fast = fault.afterBytes ?? 0;
  const timer = setInterval(() => {
    const byte = waiting.shift();
    if (byte !== undefined) send(Uint8Array.of(byte));
  }, fault.everyMs ?? 1000);
  client.on('close', () => clearInterval(timer));
  relay(client, fault.upstream, (chunk) => {
    const part = chunk.subarray(0, fast);
    fast -= part.length;
    if (part.length > 0) send(part);
    waiting.push(...chunk.subarray(part.length));
    return waiting.length < 65_536;
  });
}

function pour(client: Socket, { head, filler }: Fault & { readonly kind: 'endless' }, send: Send): void {
  const bytes = Buffer.from(filler.repeat(Math.ceil(65_536 / filler.length)));
  const fill = (): void => {
    while (client.writable && send(bytes));
  };
  client.on('drain', fill);
  client.resume();
  send(Buffer.from(head));
  fill();
}
