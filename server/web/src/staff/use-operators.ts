import { type Hub, HubError } from '@kinga/client-sdk';
import type { Operator } from '@kinga/shared/operators/contract.ts';
import { useEffect, useState } from 'react';
import { useSession } from '../hub/session-context.ts';

/** More than there are licensed operators. */
const PAGES_MAX = 50;
const NONE: ReadonlyMap<string, Operator> = new Map();

async function allOperators(hub: Hub): Promise<ReadonlyMap<string, Operator>> {
  const known = new Map<string, Operator>();
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { items, nextCursor } = await hub.operators.list(cursor === undefined ? {} : { cursor });
    for (const operator of items) known.set(operator.id, operator);
    if (nextCursor === undefined) break;
    cursor = nextCursor;
  }
  return known;
}

/** Every operator by id, for their names; whoever may not list them sees ids. */
export function useOperators(): ReadonlyMap<string, Operator> {
  const { hub } = useSession();
  const [known, setKnown] = useState(NONE);
  useEffect(() => {
    let current = true;
    allOperators(hub).then(
      (operators) => current && setKnown(operators),
      (error: unknown) => {
        if (!(error instanceof HubError)) throw error;
      },
    );
    return () => {
      current = false;
    };
  }, [hub]);
  return known;
}
