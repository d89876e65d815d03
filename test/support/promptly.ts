import { setTimeout as delay } from 'node:timers/promises';

const TICK_MS = 10;
const TICK_MS_MAX = 50;
const EVERY_MS = 15;

let ran = 0;
let tickedMs = performance.now();

setInterval(tick, TICK_MS).unref();

function tick(): void {
  const nowMs = performance.now();
  ran += Math.min(nowMs - tickedMs, TICK_MS_MAX);
  tickedMs = nowMs;
}

/**
 * Milliseconds in which this process was let run: while the machine holds everybody up none go by. For what is
 * promised within a second, so that a machine that stood still for one is not taken for a hub that was late.
 */
export function ranMs(): number {
  tick();
  return ran;
}

/** Asks again until it is so, but no longer than `ms` in which this process was let run. */
export async function promptly<TValue>(
  ask: () => TValue | Promise<TValue>,
  { ms, what = 'it' }: { readonly ms: number; readonly what?: string },
): Promise<Exclude<TValue, false | undefined>> {
  const deadline = ranMs() + ms;
  for (;;) {
    const value = await ask();
    if (value !== false && value !== undefined) return value as Exclude<TValue, false | undefined>;
    if (ranMs() > deadline) throw new Error(`${what} was not so within ${ms} ms`);
    await delay(EVERY_MS);
  }
}
