import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * Stands between a client and a server and misbehaves on demand.
 * - `pass`: as if it was not there
 * - `hang`: accepts and keeps connections, but no byte goes through in either direction
 * - `swallow`: the client is heard, the server's answers vanish
 * - `lossy`: Redis looks well, but every second message between nodes never arrives
 */
export type ProxyMode = 'pass' | 'hang' | 'swallow' | 'lossy';

export interface TestProxy extends AsyncDisposable {
  readonly port: number;
  mode: ProxyMode;
  /** Cuts every connection now. */
  cut(): void;
  /** Messages that `lossy` has kept to itself. */
  readonly dropped: number;
}

/** A published message as Redis sends it to a subscriber, in either version of its protocol. */
const MESSAGE = /^[*>]\d\r\n\$\d+\r\np?message\r\n/;

export async function startProxy(targetPort: number): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  let messages = 0;
  let dropped = 0;
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes) => {
      if (proxy.mode !== 'hang') upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      const lost = proxy.mode === 'lossy' && MESSAGE.test(bytes.toString('latin1')) && ++messages % 2 === 0;
      if (lost) dropped++;
      else if (proxy.mode === 'pass' || proxy.mode === 'lossy') client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const proxy: TestProxy = {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    mode: 'pass',
    get dropped() {
      return dropped;
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      proxy.cut();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
