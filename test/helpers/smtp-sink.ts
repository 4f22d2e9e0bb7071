import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

/** A message as it came in, and for whom (RFC 5321). */
export interface Delivered {
  readonly from: string;
  readonly to: readonly string[];
  readonly message: string;
}

export interface SmtpSink {
  readonly port: number;
  readonly delivered: readonly Delivered[];
}

/** Takes mail on a free port of the loopback until the test ends. `refusal`: what it says to each message instead. */
export async function startSmtpSink(refusal: string | null = null): Promise<SmtpSink> {
  const delivered: Delivered[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    void converse(socket, (mail) => delivered.push(mail), refusal);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, delivered };
}

async function converse(
  socket: Socket,
  deliver: (mail: Delivered) => void,
  refusal: string | null,
): Promise<void> {
  const session = new Session(deliver, refusal);
  socket.on('error', () => undefined);
  socket.write('220 sink\r\n');
  for await (const line of createInterface({ input: socket })) {
    const answer = session.take(line);
    if (answer !== null) socket.write(`${answer}\r\n`);
  }
}

class Session {
  readonly #deliver: (mail: Delivered) => void;
  readonly #refusal: string | null;
  #from = '';
  #to: string[] = [];
  /** Null: no message is coming in. */
  #lines: string[] | null = null;

  constructor(deliver: (mail: Delivered) => void, refusal: string | null) {
    this.#deliver = deliver;
    this.#refusal = refusal;
  }

  /** The answer to a line; null: none. */
  take(line: string): string | null {
    return this.#lines === null ? this.#command(line) : this.#data(line, this.#lines);
  }

  #command(line: string): string {
    const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
    switch (line.slice(0, 4).toUpperCase()) {
      case 'MAIL':
        [this.#from, this.#to] = [address, []];
        return this.#refusal ?? '250 yes';
      case 'RCPT':
        this.#to.push(address);
        return '250 yes';
      case 'DATA':
        this.#lines = [];
        return '354 go on';
      case 'QUIT':
        return '221 bye';
      default:
        return '250 yes';
    }
  }

  #data(line: string, lines: string[]): string | null {
    if (line !== '.') {
      lines.push(line.replace(/^\./, ''));
      return null;
    }
    this.#deliver({ from: this.#from, to: this.#to, message: lines.join('\n') });
    this.#lines = null;
    return '250 taken';
  }
}
