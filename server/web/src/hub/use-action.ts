import { HubError } from '@kinga/client-sdk';
import { useCallback, useRef, useState } from 'react';

export interface Action<TResult> {
  readonly busy: boolean;
  readonly error: HubError | undefined;
  readonly result: TResult | undefined;
  /** `key` is the idempotency key of this intention: the same until its outcome is known. */
  run(effect: (key: string) => Promise<TResult>): Promise<TResult | undefined>;
  clear(): void;
}

/** One command of a form: busy, failed or done. */
export function useAction<TResult>(): Action<TResult> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<HubError>();
  const [result, setResult] = useState<TResult>();
  const key = useRef<string>(undefined);
  const running = useRef(false);

  const run = useCallback(async (effect: (key: string) => Promise<TResult>) => {
    if (running.current) return undefined;
    running.current = true;
    setBusy(true);
    key.current ??= crypto.randomUUID();
    try {
      const done = await effect(key.current);
      key.current = undefined;
      setResult(done);
      setError(undefined);
      return done;
    } catch (failure) {
      if (!(failure instanceof HubError)) throw failure;
      if (!failure.unknownOutcome && !failure.retry) key.current = undefined;
      setError(failure);
      return undefined;
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);

  const clear = useCallback(() => {
    setError(undefined);
    setResult(undefined);
  }, []);
  return { busy, error, result, run, clear };
}
