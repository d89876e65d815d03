import type { Tx } from './tx.ts';

const EVERY_TENANT = '*';

/**
 * For whom the rest of this transaction acts: row-level security shows it the rows of this tenant and of nobody
 * else, whatever the statements say.
 */
export async function actForTenant(tx: Tx, tenantId: string): Promise<void> {
  if (tenantId === EVERY_TENANT) throw new Error('not the id of a tenant');
  await setTenant(tx, tenantId);
}

/** For the hub's own paths across tenants, e.g. finding out whose key this is. */
export async function actForEveryTenant(tx: Tx): Promise<void> {
  await setTenant(tx, EVERY_TENANT);
}

async function setTenant(tx: Tx, value: string): Promise<void> {
  await tx.query(`SELECT set_config('kinga.tenant', $1, true)`, [value]);
}
