import type { Hub, HubState } from '@kinga/client-sdk';
import { useSyncExternalStore } from 'react';

export function useHubState(hub: Hub): HubState {
  return useSyncExternalStore(
    (changed) => hub.on('state', changed),
    () => hub.state,
  );
}
