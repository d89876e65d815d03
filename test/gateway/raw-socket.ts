/** A WebSocket that speaks Engine.IO by hand, for frames no client library would send. */
export interface RawSocket {
  readonly socket: WebSocket;
  send(frame: string | Uint8Array<ArrayBuffer>): void;
  /** The next frame, from now or not looked at yet, that matches. */
  next(pattern: RegExp): Promise<string>;
  readonly closed: Promise<void>;
}

export async function rawSocket(port: number, auth: unknown = {}): Promise<RawSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
  const frames: string[] = [];
  const waiting = new Set<() => void>();
  socket.addEventListener('message', ({ data }) => {
    frames.push(String(data));
    for (const look of [...waiting]) look();
  });
  const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
  const next = (pattern: RegExp) =>
    new Promise<string>((resolve) => {
      const look = () => {
        const index = frames.findIndex((frame) => pattern.test(frame));
        if (index < 0) return;
        waiting.delete(look);
        resolve(frames.splice(index, 1)[0] ?? '');
      };
      waiting.add(look);
      look();
    });
  await next(/^0/);
  socket.send(`40${JSON.stringify(auth)}`);
  await next(/^42\["hello"/);
  return { socket, send: (frame) => socket.send(frame), next, closed };
}
