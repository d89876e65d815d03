import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 15;

/**
 * Asks again until there is an answer: neither false nor undefined nor null nor an error. For what becomes true
 * by itself, instead of sleeping and hoping.
 */
export async function probe<TValue>(
  ask: () => TValue | Promise<TValue>,
  options: { timeoutMs?: number; what?: string } = {},
): Promise<Exclude<TValue, false | undefined | null>> {
  const { timeoutMs = 30_000, what = 'the probe' } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let cause: unknown;
    try {
      const value = await ask();
      if (value !== false && value !== undefined && value !== null) {
        return value as Exclude<TValue, false | undefined | null>;
      }
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`${what} had no answer within ${timeoutMs} ms`, cause === undefined ? {} : { cause });
    }
    await delay(EVERY_MS);
  }
}
