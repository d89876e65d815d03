import type { Socket } from 'socket.io';

/** An answer this large fills system calls by itself; held back, its reader would idle while we work on. */
const LARGE_CHARS = 8 * 1024;

/**
 * Lets what is written to a socket in one turn of the event loop leave in one system call: the TCP socket is
 * corked at the first write of a turn and uncorked when the turn's input has been worked off. A single answer
 * leaves as soon as it did before; 256 of them cost one writev instead of 256 writes. A large one leaves at once,
 * with all that waited before it.
 */
export function coalesceWrites(socket: Socket): void {
  const { conn } = socket;
  const tcp = conn.request.socket;
  // Over another transport there may be no TCP socket of our own.
  if (typeof tcp?.cork !== 'function') return;
  let corked = false;
  const uncork = () => {
    if (!corked) return;
    corked = false;
    tcp.uncork();
  };
  conn.on('flush', (packets: unknown) => {
    if (Array.isArray(packets) && packets.some(isLarge)) {
      uncork();
      return;
    }
    if (corked) return;
    corked = true;
    tcp.cork();
    setImmediate(uncork);
  });
}

function isLarge(packet: { readonly data?: unknown }): boolean {
  return typeof packet.data === 'string' && packet.data.length >= LARGE_CHARS;
}
