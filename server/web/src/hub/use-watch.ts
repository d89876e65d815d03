import { HubError, type WatchItem } from '@kinga/client-sdk';
import type { Position } from '@kinga/shared/contract/wire.ts';
import type { TopicName } from '@kinga/shared/contract.ts';
import { useEffect, useRef } from 'react';
import { useSession } from './session-context.ts';

interface WatchHandlers<TName extends TopicName> {
  readonly from?: Position | undefined;
  onItem(item: WatchItem<TName>): void;
  /** The source's last confirmation, with every heartbeat. */
  onAsOf?(asOf: string): void;
  onError?(error: HubError): void;
}

/** Watches a topic while the component lives; undefined: not yet. The handlers may change freely. */
export function useWatch<const TName extends TopicName>(
  topic: TName | undefined,
  handlers: WatchHandlers<TName>,
): void {
  const { hub } = useSession();
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    if (topic === undefined) return;
    const { from } = latest.current;
    const watch = hub.watch(topic, from === undefined ? {} : { from });
    const stop = hub.on('heartbeat', () => {
      if (watch.asOf !== undefined) latest.current.onAsOf?.(watch.asOf);
    });
    const read = async () => {
      for await (const item of watch) latest.current.onItem(item);
    };
    read().catch((error: unknown) => {
      if (!(error instanceof HubError)) throw error;
      latest.current.onError?.(error);
    });
    return () => {
      stop();
      void watch.close();
    };
  }, [hub, topic]);
}
