import type { Tx } from '../../../platform/db/tx.ts';
import { MATCH } from '../../matching/index.ts';
import { lockKeys, lockNumbersOf } from './locks.ts';
import type { Registration } from './registration.ts';

/** An identifier of a person the register knows. */
export interface KnownIdentifier {
  readonly personId: string;
  readonly key: Buffer;
  readonly hex: string;
  readonly strong: boolean;
  /** Nobody bets under a match key, so it is not locked; a batch of them would fill PostgreSQL's table of locks. */
  readonly isMatch: boolean;
}

/**
 * With everything about the people of these registrations locked: what the register knows of them.
 *
 * Whoever changes a person or an exclusion of theirs holds the locks of *all* their keys, also of those the
 * registration does not name: a bet is placed under those of the account. Which keys that are is only known
 * after a look, so: look, lock in order, look again under the locks; a key that appeared in between is locked
 * then (a deadlock that could come of it is retried like any other).
 */
export async function lockPeople(tx: Tx, registrations: readonly Registration[]): Promise<KnownIdentifier[]> {
  const given = new Map<string, Buffer>();
  const strong = new Map<string, Buffer>();
  for (const { identifiers } of registrations) {
    for (const identifier of identifiers) {
      if (identifier.type !== MATCH) given.set(identifier.hex, identifier.key);
      if (identifier.strong) strong.set(identifier.hex, identifier.key);
    }
  }
  const strongKeys = [...strong.values()];
  const before = await readKnown(tx, strongKeys);
  const locked = [...given.values(), ...lockable(before)];
  await lockKeys(tx, locked, 'exclusive');
  const known = await readKnown(tx, strongKeys);
  const numbers = new Set(lockNumbersOf(locked));
  await lockKeys(
    tx,
    lockable(known).filter((key) => !numbers.has(key.readBigInt64BE(0))),
    'exclusive',
  );
  await lockPersons(tx, known);
  return known;
}

function lockable(known: readonly KnownIdentifier[]): Buffer[] {
  return known.filter(({ isMatch }) => !isMatch).map(({ key }) => key);
}

/** Every identifier of the people who have one of these. */
async function readKnown(tx: Tx, strongKeys: readonly Buffer[]): Promise<KnownIdentifier[]> {
  if (strongKeys.length === 0) return [];
  const { rows } = await tx.query<{ person_id: string; key: Buffer; strong: boolean; is_match: boolean }>(
    `SELECT i.person_id, i.key, i.type IN ('nationalId', 'passport', 'alienId') AS strong,
            i.type = '${MATCH}' AS is_match
     FROM identifiers i
     WHERE i.person_id IN (
       SELECT s.person_id FROM identifiers s
       WHERE s.key = ANY($1::bytea[]) AND s.type IN ('nationalId', 'passport', 'alienId'))`,
    [strongKeys],
  );
  return rows.map(({ person_id, key, strong, is_match }) => ({
    personId: person_id,
    key,
    hex: key.toString('hex'),
    strong,
    isMatch: is_match,
  }));
}

async function lockPersons(tx: Tx, known: readonly KnownIdentifier[]): Promise<void> {
  const ids = [...new Set(known.map(({ personId }) => personId))];
  if (ids.length === 0) return;
  await tx.query(`SELECT FROM persons WHERE id = ANY($1::text[]) ORDER BY id FOR NO KEY UPDATE`, [ids]);
}
