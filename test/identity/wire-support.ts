import { randomBytes } from 'node:crypto';
import type { Bye } from '@kinga/shared/contract/wire.ts';
import type { Socket } from 'socket.io-client';
import { ok } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import { ranMs } from '../support/promptly.ts';

export function newDeviceId(): string {
  return randomBytes(18).toString('base64url');
}

/** The same account once more, from a device that says which one it is. */
export async function signInOn(
  hub: TestHub,
  { email, password }: { email: string; password: string },
  device: { id: string; name: string },
) {
  return ok((await hub.http('identity.login', { email, password, device })).body);
}

/** The last thing an ended socket was told, once it has ended. */
export function goodbye(socket: Socket): Promise<{ bye: Bye | undefined; atMs: number }> {
  let bye: Bye | undefined;
  socket.once('bye', (message: Bye) => {
    bye = message;
  });
  return new Promise((resolve) => socket.once('disconnect', () => resolve({ bye, atMs: ranMs() })));
}

export interface SentMessage {
  readonly channel: string;
  readonly template: string;
  readonly to: string;
  readonly data: Readonly<Record<string, string>>;
}

/** What the hub has sent to the people of an account, unsealed. */
export async function messagesTo(hub: TestHub, accountId: string): Promise<SentMessage[]> {
  const { rows } = await hub.database.pool.query<{ channel: string; template: string; content: Buffer }>(
    'SELECT channel, template, content FROM messages WHERE account_id = $1 ORDER BY id',
    [accountId],
  );
  return rows.map(({ channel, template, content }) => ({
    channel,
    template,
    ...(JSON.parse(hub.platform.crypto.open(content)) as Pick<SentMessage, 'to' | 'data'>),
  }));
}
