import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { IDENTIFIER_TYPES } from '@kinga/shared/exclusions/identifier.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { canonicalise } from '../../identifiers/index.ts';
import { type Facts, MATCH, matchKeysOf } from '../../matching/index.ts';
import type { Person } from './people.ts';

/**
 * A person's match keys follow a change of their name, date of birth or identifiers. Asked before the change, with
 * the person held; what it returns is done after it, within the same transaction. Keys of other names they were
 * registered under stay.
 */
export async function followMatchKeys(
  tx: Tx,
  crypto: Crypto,
  personId: string,
): Promise<(tx: Tx) => Promise<void>> {
  const before = await readMatchKeys(tx, crypto, personId);
  return async (inside) => {
    const after = await readMatchKeys(inside, crypto, personId);
    const gone = [...before].filter((hex) => !after.has(hex));
    await inside.query(
      `DELETE FROM identifiers WHERE person_id = $1 AND type = '${MATCH}' AND key = ANY($2::bytea[])`,
      [personId, gone.map((hex) => Buffer.from(hex, 'hex'))],
    );
    await insertMatchKeys(inside, crypto, personId, after);
  };
}

/**
 * Whose name is known from one registration and whose date of birth from another is found by both from now on.
 * `filled`: the ids of those with such a gap just filled.
 */
export async function completeMatchKeys(
  tx: Tx,
  crypto: Crypto,
  people: readonly Person[],
  filled: ReadonlySet<string>,
): Promise<void> {
  for (const { id, keys } of new Set(people)) {
    if (!filled.has(id)) continue;
    for (const hex of await addMatchKeys(tx, crypto, id)) keys.set(hex, { strong: false });
  }
}

/** What they are found by as they stand now, beside what they were found by before. */
export async function addMatchKeys(tx: Tx, crypto: Crypto, personId: string): Promise<ReadonlySet<string>> {
  const keys = await readMatchKeys(tx, crypto, personId);
  await insertMatchKeys(tx, crypto, personId, keys);
  return keys;
}

/** So many stand with one person at most: somebody who goes by hundreds of names is not found by the next one. */
const MATCH_KEYS_MAX = 400;

/**
 * What they would be found by under what they are called elsewhere, each name with each date of birth, and are not
 * yet. Empty also when they have gone by so many names already that another would only burden the register.
 */
export async function unlearnt(
  tx: Tx,
  crypto: Crypto,
  personId: string,
  called: { readonly name?: string | undefined; readonly dateOfBirth?: string | undefined },
): Promise<ReadonlySet<string>> {
  const facts = await readFacts(tx, crypto, personId);
  const wanted = new Set<string>();
  for (const name of new Set([facts.name, called.name ?? facts.name])) {
    for (const dateOfBirth of new Set([facts.dateOfBirth, called.dateOfBirth ?? facts.dateOfBirth])) {
      for (const hex of hexesOf(crypto, { ...facts, name, dateOfBirth })) wanted.add(hex);
    }
  }
  const { rows } = await tx.query<{ key: Buffer }>(
    `SELECT key FROM identifiers WHERE person_id = $1 AND type = '${MATCH}' AND said_by IS NULL`,
    [personId],
  );
  for (const { key } of rows) wanted.delete(key.toString('hex'));
  return rows.length + wanted.size > MATCH_KEYS_MAX ? new Set() : wanted;
}

export async function insertMatchKeys(
  tx: Tx,
  crypto: Crypto,
  personId: string,
  hexes: ReadonlySet<string>,
): Promise<void> {
  await tx.query(
    `INSERT INTO identifiers (key, key_version, type, person_id, original)
     SELECT key, $3, '${MATCH}', $1, '' FROM unnest($2::bytea[]) AS key
     ON CONFLICT (key, person_id) DO UPDATE SET said_by = NULL WHERE identifiers.said_by IS NOT NULL`,
    [personId, Array.from(hexes, (hex) => Buffer.from(hex, 'hex')), crypto.secrets.pepper.version],
  );
}

async function readMatchKeys(tx: Tx, crypto: Crypto, personId: string): Promise<Set<string>> {
  return hexesOf(crypto, await readFacts(tx, crypto, personId));
}

function hexesOf(crypto: Crypto, facts: Facts): Set<string> {
  return new Set(matchKeysOf(crypto, facts).map((key) => key.toString('hex')));
}

async function readFacts(tx: Tx, crypto: Crypto, personId: string): Promise<Facts> {
  const { rows } = await tx.query<{ name: Buffer | null; date_of_birth: Buffer | null }>(
    'SELECT name, date_of_birth FROM persons WHERE id = $1',
    [personId],
  );
  const identifiers = await tx.query<{ type: Identifier['type']; original: Buffer }>(
    'SELECT type, original FROM identifiers WHERE person_id = $1 AND type = ANY($2::text[])',
    [personId, IDENTIFIER_TYPES],
  );
  const open = (sealed: Buffer | null | undefined) => (sealed ? crypto.open(sealed) : undefined);
  return {
    name: open(rows[0]?.name),
    dateOfBirth: open(rows[0]?.date_of_birth),
    identifiers: identifiers.rows.flatMap(({ type, original }) => {
      const known = canonicalise({ type, value: crypto.open(original) });
      return known.ok ? [known] : [];
    }),
  };
}
