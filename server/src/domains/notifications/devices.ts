import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import {
  DEVICES_MAX,
  type DevicePlatform,
  type notifications,
  type PushDevice,
} from '@kinga/shared/notifications/contract.ts';
import { type By, who } from '../../platform/call/by.ts';
import type { Call, Handlers } from '../../platform/call/handler.ts';
import type { Platform } from '../../platform/context.ts';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import { newId } from '../../platform/crypto/ids.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit, recordAudits } from '../../platform/outbox/audit.ts';

type Given = ParsedInputOf<typeof notifications.registerDevice>;

interface DeviceRow {
  readonly id: string;
  readonly platform: DevicePlatform;
  readonly label: Buffer | null;
  readonly registered_at: Date;
  readonly last_seen_at: Date;
}

const COLUMNS = 'id, platform, label, registered_at, last_seen_at';

/** The devices of an account on which its owner is told; see push.ts for what they are told. */
export function createDevices({ db, crypto }: Platform): Handlers<typeof notifications> {
  return {
    registerDevice: (input, call) => db.transaction((tx) => register(tx, crypto, input, call)),
    devices: async (_input, call) => {
      const { rows } = await db.query<DeviceRow>(
        `SELECT ${COLUMNS} FROM push_devices WHERE account_id = $1 ORDER BY id DESC`,
        [accountOf(call)],
      );
      return { items: rows.map((row) => deviceOf(crypto, row)) };
    },
    removeDevice: ({ deviceId }, call) =>
      db.transaction(async (tx) => {
        const subject = accountOf(call);
        const { rowCount } = await tx.query('DELETE FROM push_devices WHERE id = $1 AND account_id = $2', [
          deviceId,
          subject,
        ]);
        const details = { deviceId };
        if (rowCount > 0)
          await recordAudit(tx, { ...who(call), action: 'pushDevice.removed', subject, details });
        return { removed: rowCount > 0 };
      }),
  };
}

/**
 * All of an account's, when its sessions are ended elsewhere: which session registered which is not known, and an
 * app in whose session nobody else came registers itself again when it starts.
 */
export async function removeDevices(tx: Tx, of: { accountId: string; by: By }): Promise<void> {
  const { rows } = await tx.query<{ id: string }>(
    'DELETE FROM push_devices WHERE account_id = $1 RETURNING id',
    [of.accountId],
  );
  await recordAudits(
    tx,
    rows.map(({ id }) => ({
      ...who(of.by),
      action: 'pushDevice.removed',
      subject: of.accountId,
      details: { deviceId: id },
    })),
  );
}

async function register(tx: Tx, crypto: Crypto, input: Given, call: Call): Promise<PushDevice> {
  const accountId = accountOf(call);
  const digest = crypto.digest('push-device', input.token);
  // Two accounts on one phone at once: the second finds the row of the first.
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [digest]);
  // Two apps of one account at once: so that together they are not one too many.
  await tx.query('SELECT FROM accounts WHERE id = $1 FOR NO KEY UPDATE', [accountId]);
  await takeFromOthers(tx, digest, accountId);
  const id = newId('pdv');
  const { token, platform, label } = input;
  const { rows } = await tx.query<DeviceRow>(
    `INSERT INTO push_devices (id, account_id, token_digest, token, platform, label)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (token_digest) DO UPDATE
       SET platform = excluded.platform, label = excluded.label, last_seen_at = clock_timestamp()
     RETURNING ${COLUMNS}`,
    [id, accountId, digest, crypto.seal(token), platform, label === undefined ? null : crypto.seal(label)],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('INSERT returned no device');
  // An app registers itself whenever it starts; only the first time is news.
  if (row.id === id) {
    const details = { deviceId: id, platform };
    await recordAudit(tx, { ...who(call), action: 'pushDevice.registered', subject: accountId, details });
    await makeRoom(tx, call, { accountId, besides: id });
  }
  return deviceOf(crypto, row);
}

/**
 * Whoever held the phone before is told there no more. The new account gets a new id, so that what is on its way to
 * the old one does not appear in the wrong hands; the old one is not told whose the phone is now.
 */
async function takeFromOthers(tx: Tx, digest: string, accountId: string): Promise<void> {
  const { rows } = await tx.query<{ id: string; account_id: string }>(
    'DELETE FROM push_devices WHERE token_digest = $1 AND account_id <> $2 RETURNING id, account_id',
    [digest, accountId],
  );
  await recordAudits(
    tx,
    rows.map(({ id, account_id }) => ({
      actor: 'system',
      action: 'pushDevice.moved',
      subject: account_id,
      details: { deviceId: id },
    })),
  );
}

async function makeRoom(tx: Tx, call: Call, of: { accountId: string; besides: string }): Promise<void> {
  const { rows } = await tx.query<{ id: string }>(
    `DELETE FROM push_devices WHERE id IN (
       SELECT id FROM push_devices WHERE account_id = $1 AND id <> $2
       ORDER BY last_seen_at DESC, id DESC OFFSET ${DEVICES_MAX - 1}) RETURNING id`,
    [of.accountId, of.besides],
  );
  await recordAudits(
    tx,
    rows.map(({ id }) => ({
      ...who(call),
      action: 'pushDevice.replaced',
      subject: of.accountId,
      details: { deviceId: id },
    })),
  );
}

function deviceOf(crypto: Crypto, row: DeviceRow): PushDevice {
  return {
    deviceId: row.id,
    platform: row.platform,
    label: row.label === null ? null : crypto.open(row.label),
    registeredAt: row.registered_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
  };
}

function accountOf({ actor }: Call): string {
  if (actor.kind === 'account') return actor.accountId;
  throw new KingaError('FORBIDDEN', 'Only accounts have devices');
}
