import { EventEmitter } from 'node:events';
import type { Bye } from '@kinga/shared/contract/wire.ts';
import type { Socket } from 'socket.io';

const BYE: Bye = { code: 'PAYLOAD_TOO_LARGE', message: 'A message was over the transport’s limit of 1 MiB' };

/**
 * Says `bye` before the WebSocket library closes a socket whose message is over the transport's limit. By the
 * time Socket.IO learns of it nothing can be sent any more, so the library's receiver is listened to where
 * there is one; elsewhere the socket is closed without a word.
 */
export function sayByeToOversized(socket: Socket): void {
  const webSocket: unknown = Reflect.get(socket.conn.transport, 'socket');
  if (typeof webSocket !== 'object' || webSocket === null) return;
  const receiver: unknown = Reflect.get(webSocket, '_receiver');
  const send: unknown = Reflect.get(webSocket, 'send');
  if (!(receiver instanceof EventEmitter) || typeof send !== 'function') return;
  receiver.prependListener('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
      send.call(webSocket, `42${JSON.stringify(['bye', BYE])}`);
    }
  });
}
