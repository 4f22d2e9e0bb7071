import { once } from 'node:events';
import type { Server } from 'node:net';
import { ReconcileError } from '../../core/errors.ts';
import { describe, errnoOf } from '../errno.ts';

export interface TcpPlace {
  readonly address: string;
  readonly port: number;
}

/** Listens on an address of this host. Throws CONFIG_INVALID where that cannot be. */
export async function listenTcp(server: Server, { address, port }: TcpPlace): Promise<void> {
  server.listen({ host: address, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    const message = `cannot listen on ${address} port ${port}: ${explain(error)}`;
    throw new ReconcileError('CONFIG_INVALID', message, { cause: error });
  }
}

function explain(error: unknown): string {
  switch (errnoOf(error)) {
    case 'EADDRINUSE':
      return 'another program listens there; choose another listen.port';
    case 'EADDRNOTAVAIL':
      return 'it is no address of this host; correct listen.address';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name has no address; correct listen.address';
    case 'EACCES':
      return 'this user may not take that port; choose one above 1023';
    default:
      return describe(error);
  }
}
