import type { Broadcast } from '@kinga/shared/broadcasts/contract.ts';
import type { TopicName } from '@kinga/shared/contract.ts';
import { useCallback, useEffect, useState } from 'react';
import { useNotify } from '../app/notices.ts';
import { useSession } from '../hub/session-context.ts';
import { useWatch } from '../hub/use-watch.ts';

type Item = Parameters<Parameters<typeof useWatch<`broadcasts/${string}`>>[1]['onItem']>[0];

/** What waits for this account: what it has not acknowledged, and whatever arrives. */
export function useReceived(): {
  broadcasts: readonly Broadcast[];
  acknowledge: (id: string) => Promise<void>;
} {
  const { hub, account } = useSession();
  const notify = useNotify();
  const [broadcasts, setBroadcasts] = useState<readonly Broadcast[]>([]);

  const add = useCallback((more: readonly Broadcast[]) => {
    setBroadcasts((known) => {
      const ids = new Set(known.map(({ id }) => id));
      return [...more.filter(({ id }) => !ids.has(id)), ...known].sort((a, b) =>
        a.sentAt < b.sentAt ? 1 : -1,
      );
    });
  }, []);
  const fetchPending = useCallback(async () => {
    const { items } = await hub.broadcasts.pending();
    add(items);
  }, [hub, add]);
  useEffect(() => {
    fetchPending().catch(() => notify('connection.resetInbox'));
  }, [fetchPending, notify]);

  const onItem = (item: Item) => {
    if (item.kind === 'event') add([item.data]);
    // What was missed is still pending: nothing is lost, it is asked for.
    else fetchPending().catch(() => notify('connection.resetInbox'));
  };
  const mine: (`broadcasts/${string}` & TopicName) | undefined =
    account.operatorId === null ? undefined : `broadcasts/operator:${account.operatorId}`;
  useWatch('broadcasts/all', { onItem });
  useWatch(`broadcasts/role:${account.role}`, { onItem });
  useWatch(mine, { onItem });

  const acknowledge = useCallback(
    async (id: string) => {
      await hub.broadcasts.acknowledge({ id });
      setBroadcasts((known) => known.filter((broadcast) => broadcast.id !== id));
    },
    [hub],
  );
  return { broadcasts, acknowledge };
}
