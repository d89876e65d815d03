import type { Ack } from '@kinga/shared/contract/errors.ts';
import type { Socket } from 'socket.io';

export type Answer = (ack: Ack) => void;

/** `answer` is undefined for an event that was emitted without waiting for an ack. */
export type OnMessage = (message: readonly unknown[], answer: Answer | undefined) => void;

/**
 * Every event of a socket, whatever its name, in one place. Where socket.io still has the method that receives
 * a decoded packet, it is taken over for this socket: that saves the middleware chain, two ticks and the
 * listener tables of a dispatch that we do ourselves. Otherwise the documented catch-all listener serves.
 */
export function receiveEvents(socket: Socket, onMessage: OnMessage): void {
  const receive: unknown = Reflect.get(socket, 'onevent');
  const ackOf: unknown = Reflect.get(socket, 'ack');
  if (typeof receive !== 'function' || typeof ackOf !== 'function') {
    socket.onAny((...args: unknown[]) => {
      const last = args.at(-1);
      if (typeof last === 'function') onMessage(args.slice(0, -1), last as Answer);
      else onMessage(args, undefined);
    });
    return;
  }
  Reflect.set(socket, 'onevent', (packet: { readonly id?: number; readonly data?: readonly unknown[] }) => {
    const answer = packet.id === undefined ? undefined : (ackOf.call(socket, packet.id) as Answer);
    onMessage(packet.data ?? [], answer);
  });
}
