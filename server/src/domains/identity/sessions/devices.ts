import { conflict, notFound } from '@kinga/shared/contract/errors.ts';
import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import { beforeId } from '../../../platform/call/cursor.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { networkOf } from '../../../platform/http/addresses.ts';
import { holdAccount } from '../accounts.ts';
import { PAGE_ROWS, pageOf } from '../page.ts';

const TRUST_DAYS = 30;

/** What a client says about where it runs. */
export interface GivenDevice {
  readonly id: string;
  readonly name: string;
}

export type Device = OutputOf<typeof identity.trustDevice>;

interface DeviceRow {
  readonly id: string;
  readonly name: Buffer | null;
  readonly first_seen_at: Date;
  readonly last_seen_at: Date;
  readonly trusted_until: Date | null;
}

const COLUMNS = `id, name, first_seen_at, last_seen_at,
  CASE WHEN trusted_until > clock_timestamp() THEN trusted_until END AS trusted_until`;

/**
 * Notes where a sign-in came from. One that names no device is known by its network: leaving the name out must
 * not be a way to go unnoticed.
 */
export async function seeDevice(
  tx: Tx,
  crypto: Crypto,
  { accountId, device, address }: { accountId: string; device: GivenDevice | undefined; address: string },
): Promise<{ id: string; isNew: boolean }> {
  const id = newId('dev');
  const digest = digestOf(crypto, accountId, device?.id ?? `network:${networkOf(address)}`);
  const name = device === undefined ? null : crypto.seal(device.name);
  const { rows } = await tx.query<{ id: string }>(
    `INSERT INTO devices (id, account_id, digest, name) VALUES ($1, $2, $3, $4)
     ON CONFLICT (account_id, digest)
     DO UPDATE SET last_seen_at = clock_timestamp(), name = excluded.name RETURNING id`,
    [id, accountId, digest, name],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('INSERT returned no device');
  return { id: row.id, isNew: row.id === id };
}

/** Did the account's owner say, less than 30 days ago, that this device (the client's own id) is theirs? */
export async function isTrustedDevice(
  tx: Tx,
  crypto: Crypto,
  { accountId, device }: { accountId: string; device: GivenDevice | undefined },
): Promise<boolean> {
  if (device === undefined) return false;
  const { rowCount } = await tx.query(
    'SELECT FROM devices WHERE account_id = $1 AND digest = $2 AND trusted_until > clock_timestamp()',
    [accountId, digestOf(crypto, accountId, device.id)],
  );
  return rowCount > 0;
}

/** Of every device: with a new password, and with a new factor, which was not asked of them. */
export async function endTrust(tx: Tx, accountId: string): Promise<void> {
  await tx.query(
    'UPDATE devices SET trusted_until = NULL WHERE account_id = $1 AND trusted_until IS NOT NULL',
    [accountId],
  );
}

export async function listDevices(
  tx: Tx,
  crypto: Crypto,
  of: { accountId: string; sessionId: string; cursor: string | undefined },
): Promise<OutputOf<typeof identity.listDevices>> {
  const { rows } = await tx.query<DeviceRow>(
    `SELECT ${COLUMNS} FROM devices WHERE account_id = $1 AND ($2::text IS NULL OR id < $2)
     ORDER BY id DESC LIMIT ${PAGE_ROWS}`,
    [of.accountId, beforeId('dev', of.cursor)],
  );
  const current = await deviceOfSession(tx, of.sessionId);
  return pageOf(rows, (row) => deviceOf(crypto, row, current));
}

/**
 * Only from a session on it: a stolen session of another device can not make its own trusted. Where there is a
 * second factor, only from a session that was opened by it: trust spares the next ones, and never prolongs itself.
 */
export async function trustDevice(
  tx: Tx,
  crypto: Crypto,
  of: { accountId: string; sessionId: string; deviceId: string },
): Promise<Device> {
  // So that a second factor is added before or after.
  await holdAccount(tx, of.accountId);
  await mustOwn(tx, of);
  const current = await deviceOfSession(tx, of.sessionId);
  if (current !== of.deviceId) throw conflict('deviceId', 'A device is trusted from a session on it');
  await mustHaveProved(tx, of);
  const { rows } = await tx.query<DeviceRow>(
    `UPDATE devices SET trusted_until = clock_timestamp() + make_interval(days => $2)
     WHERE id = $1 AND name IS NOT NULL RETURNING ${COLUMNS}`,
    [of.deviceId, TRUST_DAYS],
  );
  const [row] = rows;
  if (row === undefined) throw conflict('deviceId', 'A sign-in that named no device cannot be trusted');
  return deviceOf(crypto, row, current);
}

/** The sessions on it are the caller's to end. */
export async function forgetDevice(
  tx: Tx,
  { accountId, deviceId }: { accountId: string; deviceId: string },
): Promise<string[]> {
  await holdAccount(tx, accountId);
  await mustOwn(tx, { accountId, deviceId });
  const { rows } = await tx.query<{ id: string }>(
    'SELECT id FROM sessions WHERE device_id = $1 AND revoked_at IS NULL',
    [deviceId],
  );
  await tx.query('DELETE FROM devices WHERE id = $1', [deviceId]);
  return rows.map((row) => row.id);
}

async function mustOwn(
  tx: Tx,
  { accountId, deviceId }: { accountId: string; deviceId: string },
): Promise<void> {
  const { rowCount } = await tx.query('SELECT FROM devices WHERE id = $1 AND account_id = $2 FOR UPDATE', [
    deviceId,
    accountId,
  ]);
  if (rowCount === 0) throw notFound('deviceId', 'There is no such device');
}

async function mustHaveProved(tx: Tx, of: { accountId: string; sessionId: string }): Promise<void> {
  const { rowCount } = await tx.query(
    `SELECT FROM sessions WHERE id = $2 AND (method = 'secondFactor' OR NOT EXISTS (
       SELECT FROM second_factors WHERE account_id = $1 AND confirmed_at IS NOT NULL))`,
    [of.accountId, of.sessionId],
  );
  if (rowCount === 0) {
    throw conflict('deviceId', 'Sign in with a second factor first, then trust this device');
  }
}

async function deviceOfSession(tx: Tx, sessionId: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ device_id: string | null }>(
    'SELECT device_id FROM sessions WHERE id = $1',
    [sessionId],
  );
  return rows[0]?.device_id ?? undefined;
}

function deviceOf(crypto: Crypto, row: DeviceRow, current: string | undefined): Device {
  return {
    id: row.id,
    name: nameOf(crypto, row.name),
    firstSeenAt: row.first_seen_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    trustedUntil: row.trusted_until?.toISOString() ?? null,
    current: row.id === current,
  };
}

/** Where something happened, from a row joined with its device. */
export function deviceRefOf(
  crypto: Crypto,
  row: { readonly device_id: string | null; readonly device_name: Buffer | null },
): { id: string; name: string | null } | null {
  return row.device_id === null ? null : { id: row.device_id, name: nameOf(crypto, row.device_name) };
}

function nameOf(crypto: Crypto, sealed: Buffer | null): string | null {
  return sealed === null ? null : crypto.open(sealed);
}

function digestOf(crypto: Crypto, accountId: string, deviceId: string): string {
  return crypto.digest('device', `${accountId}\0${deviceId}`);
}
