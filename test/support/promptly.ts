import { setTimeout as delay } from 'node:timers/promises';

const TICK_MS = 10;
/** A tick comes late when others have the processor; what is later than this is the machine's. */
const TICK_MS_MAX = 50;
const EVERY_MS = 15;

let ran = 0;
let tickedMs = performance.now();
let worked = process.cpuUsage();

setInterval(tick, TICK_MS).unref();

function tick(): void {
  const nowMs = performance.now();
  const { user, system } = process.cpuUsage(worked);
  worked = process.cpuUsage();
  const workedMs = (user + system) / 1_000;
  ran += Math.min(nowMs - tickedMs, Math.max(TICK_MS_MAX, workedMs));
  tickedMs = nowMs;
}

/**
 * Milliseconds in which this process waited or worked: while the machine holds everybody up none go by. For what is
 * promised within a second, so that a machine that stood still for one is not taken for a hub that was late.
 */
export function ranMs(): number {
  tick();
  return ran;
}

/** Asks again until it is so; `ms` as `ranMs` counts them. Nothing is asked after them. */
export async function promptly<TValue>(
  ask: () => TValue | Promise<TValue>,
  { ms, what = 'it' }: { readonly ms: number; readonly what?: string },
): Promise<Exclude<TValue, false | undefined>> {
  const deadline = ranMs() + ms;
  while (ranMs() <= deadline) {
    const value = await ask();
    if (value !== false && value !== undefined) return value as Exclude<TValue, false | undefined>;
    await delay(EVERY_MS);
  }
  throw new Error(`${what} was not so within ${ms} ms`);
}
