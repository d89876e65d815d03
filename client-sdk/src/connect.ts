import { HubError } from './errors.ts';
import { createHub } from './hub.ts';
import type { ConnectOptions, Hub } from './types.ts';

const CONNECT_DEADLINE_MS = 10_000;

/**
 * Connects to a Kinga hub and keeps the connection: it comes back by itself after a network break, a
 * restart of the hub or a move to another node.
 *
 * Rejects with a HubError when the credentials are refused (`UNAUTHENTICATED`, `FORBIDDEN`, `REVOKED`), or
 * as `UNAVAILABLE` when the hub cannot be reached within `connectDeadlineMs`.
 *
 *     await using hub = await connect({ url: 'http://localhost:3000', apiKey });
 *     const answer = await hub.exclusions.lookup({ identifiers: [{ type: 'phone', value }], purpose: 'bet' });
 *     if (answer.status !== 'CLEAR') refuse();
 */
export async function connect(options: ConnectOptions): Promise<Hub> {
  const { hub, connection } = createHub(options);
  const deadlineMs = options.connectDeadlineMs ?? CONNECT_DEADLINE_MS;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      const { lastError } = connection;
      void hub.close();
      reject(lastError ?? new HubError('UNAVAILABLE', 'The hub could not be reached in time'));
    }, deadlineMs);
    const stop = hub.on('state', (state, error) => {
      if (state === 'connecting' || state === 'reconnecting') return;
      stop();
      clearTimeout(timer);
      if (state === 'connected') resolve();
      else reject(error ?? new HubError('UNAVAILABLE', 'The connection was closed while it was being made'));
    });
    connection.open();
  });
  return hub;
}
