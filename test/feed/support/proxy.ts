import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * Stands between a client and a server and misbehaves on demand.
 * - `pass`: as if it was not there
 * - `hang`: accepts and keeps connections, but no byte goes through in either direction
 * - `swallow`: the client is heard, the server's answers vanish
 */
export type ProxyMode = 'pass' | 'hang' | 'swallow';

export interface TestProxy extends AsyncDisposable {
  readonly port: number;
  mode: ProxyMode;
  /** Cuts every connection now. */
  cut(): void;
}

export async function startProxy(targetPort: number): Promise<TestProxy> {
  const sockets = new Set<Socket>();
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
      if (proxy.mode === 'pass') client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const proxy: TestProxy = {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    mode: 'pass',
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
