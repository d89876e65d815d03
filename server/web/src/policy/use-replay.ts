import { HubError } from '@kinga/client-sdk';
import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { useEffect, useRef, useState } from 'react';
import { useSession } from '../hub/session-context.ts';

type Page = OutputOf<Contract['policy']['replay']>;
/** All pages so far, added up. */
export type ReplaySum = Omit<Page, 'nextCursor'> & { readonly pages: number };
export interface ReplayOf {
  readonly version: number;
  readonly from: string;
  readonly to: string;
}

const EXAMPLES_SHOWN = 100;
/** A page may be 50,000 checks. */
const PAGE_MS_MAX = 60_000;

/** Page after page until there is no other, or until somebody stops it. */
export function useReplay() {
  const { hub } = useSession();
  const [sum, setSum] = useState<ReplaySum>();
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<HubError>();
  const turn = useRef(0);
  const stop = () => {
    turn.current += 1;
    setRunning(false);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the page is left
  useEffect(() => stop, []);

  const read = async (what: ReplayOf) => {
    const mine = ++turn.current;
    setRunning(true);
    setError(undefined);
    setSum(undefined);
    let cursor: string | undefined;
    do {
      const input = cursor === undefined ? what : { ...what, cursor };
      const page = await hub.policy.replay(input, { deadlineMs: PAGE_MS_MAX });
      if (mine !== turn.current) return;
      setSum((known) => added(known, page));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    setRunning(false);
  };
  const start = (what: ReplayOf) => {
    read(what).catch((failure: unknown) => {
      if (!(failure instanceof HubError)) throw failure;
      setRunning(false);
      setError(failure);
    });
  };
  return { sum, running, error, start, stop };
}

function added(known: ReplaySum | undefined, page: Page): ReplaySum {
  if (known === undefined) return { ...page, pages: 1 };
  return {
    ...page,
    pages: known.pages + 1,
    examined: known.examined + page.examined,
    differing: known.differing + page.differing,
    unexplained: known.unexplained + page.unexplained,
    byPurpose: page.byPurpose.map((counts) => {
      const before = known.byPurpose.find(({ purpose }) => purpose === counts.purpose);
      return {
        purpose: counts.purpose,
        examined: counts.examined + (before?.examined ?? 0),
        differing: counts.differing + (before?.differing ?? 0),
        unexplained: counts.unexplained + (before?.unexplained ?? 0),
      };
    }),
    examples: [...known.examples, ...page.examples].slice(0, EXAMPLES_SHOWN),
  };
}
