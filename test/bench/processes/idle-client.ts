import { io, type Socket } from 'socket.io-client';
import { serveParent } from '../harness/child.ts';

const AT_ONCE = 100;
let sockets: Socket[] = [];

async function open(url: string, auth: object): Promise<Socket> {
  const socket = io(url, { transports: ['websocket'], auth, forceNew: true, reconnection: false });
  await new Promise<void>((resolve, reject) => {
    socket.once('hello', () => resolve());
    socket.once('connect_error', reject);
  });
  return socket;
}

serveParent({
  connect: async ({ url, auth, count }: { url: string; auth: object; count: number }) => {
    let wanted = count;
    const lane = async () => {
      while (wanted-- > 0) sockets.push(await open(url, auth));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    return sockets.filter((socket) => socket.connected).length;
  },
  connected: () => sockets.filter((socket) => socket.connected).length,
  disconnect: () => {
    for (const socket of sockets) socket.disconnect();
    sockets = [];
  },
});
