import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { actForEveryTenant, actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { watchDuplicates } from './duplicate-person.ts';
import { watchManyOperators } from './many-operators.ts';
import { watchSequentialIds } from './sequential-ids.ts';
import { watchSharedContacts } from './shared-contact.ts';
import type { Sighting } from './sighting.ts';

/** Looks at what a transaction did, within it: what it did and what somebody is told of it commit together. */
export async function watch(tx: Tx, crypto: Crypto, seen: Sighting): Promise<void> {
  await watchDuplicates(tx, seen);
  await watchSequentialIds(tx, crypto, seen);
  // These look over the fence of the operator.
  await actForEveryTenant(tx);
  await watchSharedContacts(tx, crypto, seen);
  await watchManyOperators(tx, seen);
  await actForTenant(tx, seen.operatorId);
}
