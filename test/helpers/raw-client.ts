import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';

/** A connection on which a test says what it likes, and hears what comes back. */
export interface RawClient {
  readonly socket: Socket;
  /** All that came back so far. */
  heard(): string;
  /** Settles when the other side has ended it, however. */
  readonly ended: Promise<void>;
}

/** Connects to a port of the loopback, or to the path of a unix socket. */
export async function connectRaw(place: number | string): Promise<RawClient> {
  const socket = typeof place === 'number' ? connect(place, '127.0.0.1') : connect(place);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => undefined); // a reset is an end
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  await Promise.race([once(socket, 'connect'), ended]);
  return { socket, heard: () => text, ended };
}

/** Says one thing, one byte for each character, and gives all that came back until the end. */
export async function askRaw(place: number | string, text: string): Promise<string> {
  const client = await connectRaw(place);
  client.socket.write(text, 'latin1');
  await client.ended;
  return client.heard();
}
