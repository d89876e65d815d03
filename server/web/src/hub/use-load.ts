import { HubError } from '@kinga/client-sdk';
import { type DependencyList, useCallback, useEffect, useState } from 'react';

export interface Loaded<TData> {
  readonly data: TData | undefined;
  readonly error: HubError | undefined;
  reload(): void;
  /** What a command answered is newer than what was loaded. */
  set(data: TData): void;
}

/** Asks once, and again when one of `on` changes; what is shown stays until the next answer is there. */
export function useLoad<TData>(ask: () => Promise<TData>, on: DependencyList): Loaded<TData> {
  const [data, setData] = useState<TData>();
  const [error, setError] = useState<HubError>();
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever asks says what the question depends on
  useEffect(() => {
    let current = true;
    ask().then(
      (answer) => {
        if (!current) return;
        setData(answer);
        setError(undefined);
      },
      (failure: unknown) => {
        if (!(failure instanceof HubError)) throw failure;
        if (current) setError(failure);
      },
    );
    return () => {
      current = false;
    };
  }, [round, ...on]);

  const reload = useCallback(() => setRound((count) => count + 1), []);
  return { data, error, reload, set: setData };
}
