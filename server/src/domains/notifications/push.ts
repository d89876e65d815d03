import type { DevicePlatform } from '@kinga/shared/notifications/contract.ts';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import type { Outgoing } from './channels/channel.ts';
import { sendMessage } from './send.ts';
import type { Locale } from './templates/index.ts';

/**
 * Tells the owners of these accounts on their devices that there is something new for them, in the transaction of
 * what it is. It appears on locked screens before anybody's eyes, so it never says what: that is in their e-mail, and
 * where they sign in; who is suspended signs in to nothing.
 */
export async function sendToDevices(tx: Tx, crypto: Crypto, accountIds: readonly string[]): Promise<void> {
  const { rows } = await tx.query<{ id: string; account_id: string; locale: Locale }>(
    `SELECT d.id, d.account_id, a.locale FROM push_devices d JOIN accounts a ON a.id = d.account_id
     WHERE d.account_id = ANY($1::text[]) AND a.suspended_at IS NULL ORDER BY d.account_id, d.id`,
    [accountIds],
  );
  for (const { id, account_id: accountId, locale } of rows)
    await sendMessage(tx, crypto, { channel: 'push', to: id, template: 'news', data: {}, locale, accountId });
}

/** Where a message to a device goes; undefined: it was removed, or is somebody else's by now. */
export async function addressOfDevice(
  tx: Tx,
  crypto: Crypto,
  deviceId: string,
): Promise<Pick<Outgoing, 'to' | 'platform'> | undefined> {
  const { rows } = await tx.query<{ token: Buffer; platform: DevicePlatform }>(
    'SELECT token, platform FROM push_devices WHERE id = $1',
    [deviceId],
  );
  return rows[0] && { to: crypto.open(rows[0].token), platform: rows[0].platform };
}

/** Its push service knows it no more: the app was removed, say. */
export async function forgetDevice(tx: Tx, deviceId: string): Promise<void> {
  const { rows } = await tx.query<{ account_id: string }>(
    'DELETE FROM push_devices WHERE id = $1 RETURNING account_id',
    [deviceId],
  );
  const [row] = rows;
  if (row === undefined) return;
  const details = { deviceId };
  await recordAudit(tx, { actor: 'system', action: 'pushDevice.gone', subject: row.account_id, details });
}
