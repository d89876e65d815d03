import { KingaError } from '@kinga/shared/contract/errors.ts';

const RETRY_MS = 2_000;

export interface TurnsOptions {
  readonly runningMax: number;
  readonly waitingMax: number;
  /** What whoever comes after that is told. */
  readonly refusal: string;
}

/** Runs a few at once and lets a bounded number wait; whoever comes after that is told to come back. */
export function createTurns({
  runningMax,
  waitingMax,
  refusal,
}: TurnsOptions): <TResult>(work: () => Promise<TResult>) => Promise<TResult> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= runningMax) {
      if (waiting.length >= waitingMax) {
        throw new KingaError('UNAVAILABLE', refusal, { retryAfterMs: RETRY_MS });
      }
      // Whoever finishes hands its turn over, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
