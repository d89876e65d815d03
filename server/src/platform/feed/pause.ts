import { setTimeout as delay } from 'node:timers/promises';

/** A breath between two tries; keeps no process alive. */
export function pause(ms: number): Promise<void> {
  return delay(ms, undefined, { ref: false });
}
