import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';

/** A proxy as companies have it: CONNECT for https, whole URLs for http. */
export interface ForwardProxy {
  /** Without a login. */
  readonly port: number;
  /** `CONNECT 127.0.0.1:443` or `GET http://…`, each with its `Proxy-Authorization`. */
  readonly asked: readonly (readonly [line: string, login: string | undefined])[];
}

/** Starts it on a free port of the loopback; it ends with the test. With a status it refuses all. */
export async function startForwardProxy(refuseWith: number | null = null): Promise<ForwardProxy> {
  const asked: [string, string | undefined][] = [];
  const server = createServer((incoming, outgoing) => {
    asked.push([`${incoming.method} ${incoming.url}`, incoming.headers['proxy-authorization']]);
    if (refuseWith !== null) return void outgoing.writeHead(refuseWith).end();
    const { method = '', headers } = incoming;
    const onward = request(new URL(incoming.url ?? ''), { method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(outgoing);
    });
    return void incoming.pipe(onward);
  });
  server.on('connect', (incoming, socket) => {
    asked.push([`CONNECT ${incoming.url}`, incoming.headers['proxy-authorization']]);
    if (refuseWith !== null) return void socket.end(`HTTP/1.1 ${refuseWith} No\r\n\r\n`);
    const { hostname, port } = new URL(`http://${incoming.url}`);
    const upstream = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
    for (const each of [socket, upstream]) each.on('error', () => upstream.destroy());
    socket.on('close', () => upstream.destroy());
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, asked };
}
