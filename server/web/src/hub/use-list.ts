import { HubError } from '@kinga/client-sdk';
import { type DependencyList, useCallback, useEffect, useRef, useState } from 'react';

interface PageOf<TItem> {
  readonly items: readonly TItem[];
  readonly nextCursor?: string | undefined;
}

export interface List<TItem> {
  /** Undefined until the first page is there. */
  readonly items: readonly TItem[] | undefined;
  readonly error: HubError | undefined;
  readonly more: boolean;
  readonly busy: boolean;
  loadMore(): void;
  reload(): void;
  change(edit: (items: readonly TItem[]) => readonly TItem[]): void;
}

/** A list in pages, the first at once; begins anew when one of `on` changes. */
export function useList<TItem>(
  ask: (page: { cursor?: string }) => Promise<PageOf<TItem>>,
  on: DependencyList,
): List<TItem> {
  const [items, setItems] = useState<readonly TItem[]>();
  const [cursor, setCursor] = useState<string>();
  const [error, setError] = useState<HubError>();
  const [busy, setBusy] = useState(false);
  const [round, setRound] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  /** Answers to a question that is no longer asked are not shown. */
  const turn = useRef(0);

  const fetchPage = useCallback(async (from: string | undefined) => {
    const mine = ++turn.current;
    setBusy(true);
    try {
      const page = await latest.current(from === undefined ? {} : { cursor: from });
      if (mine !== turn.current) return;
      setItems((known) => (from === undefined ? page.items : [...(known ?? []), ...page.items]));
      setCursor(page.nextCursor);
      setError(undefined);
    } catch (failure) {
      if (!(failure instanceof HubError)) throw failure;
      if (mine === turn.current) setError(failure);
    } finally {
      if (mine === turn.current) setBusy(false);
    }
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever asks says what the list depends on
  useEffect(() => {
    void fetchPage(undefined);
    return () => {
      turn.current += 1;
    };
  }, [fetchPage, round, ...on]);

  return {
    items,
    error,
    more: cursor !== undefined,
    busy,
    loadMore: () => void fetchPage(cursor),
    reload: useCallback(() => setRound((count) => count + 1), []),
    change: (edit) => setItems((known) => known && edit(known)),
  };
}
