import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 15;

/**
 * The answer to what has to be so within so many milliseconds. They are counted in questions, which come one after
 * the other at their time: while the machine holds everybody up nobody asks either, and none of them goes by.
 */
export async function promptly<TValue>(
  ask: () => TValue | Promise<TValue>,
  { ms, what = 'it' }: { readonly ms: number; readonly what?: string },
): Promise<Exclude<TValue, false | undefined>> {
  for (let left = Math.ceil(ms / EVERY_MS); left >= 0; left--) {
    const askedMs = performance.now();
    const value = await ask();
    if (value !== false && value !== undefined) return value as Exclude<TValue, false | undefined>;
    await delay(Math.max(0, EVERY_MS - (performance.now() - askedMs)));
  }
  throw new Error(`${what} was not so within ${ms} ms`);
}
