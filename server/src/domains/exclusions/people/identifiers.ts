import { conflict, invalidInput, type KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import { IDENTIFIER_TYPES, type Identifier } from '@kinga/shared/exclusions/identifier.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { canonicalise, isStrong, keyOf } from '../../identifiers/index.ts';
import { followMatchKeys } from '../register/match-keys.ts';
import type { SealedIdentifier } from '../register/registration.ts';
import { changeHeld, NOTHING_TOLD, type PeopleChange, type PeopleDeps } from './change.ts';
import { recordPersonChange } from './history.ts';
import { holdPerson } from './hold.ts';

export interface IdentifierEdit {
  readonly crypto: Crypto;
  readonly deps: PeopleDeps;
  readonly call: Call;
}

/** From now on their exclusions hold for it too; known already, it changes nothing. */
export async function addIdentifier(
  tx: Tx,
  { crypto, deps, call }: IdentifierEdit,
  { personId, identifier }: { personId: string; identifier: Identifier },
): Promise<PeopleChange> {
  const sealed = sealedOf(crypto, identifier);
  await holdPerson(tx, personId, [sealed.key]);
  const owners = await ownersOf(tx, sealed.key);
  if (owners.includes(personId)) {
    await tx.query('UPDATE identifiers SET said_by = NULL WHERE person_id = $1 AND key = $2', [
      personId,
      sealed.key,
    ]);
    return NOTHING_TOLD;
  }
  if (sealed.strong && owners.length > 0) throw needsMerge();
  await recordPersonChange(
    tx,
    { crypto, call },
    {
      personId,
      action: 'identifierAdded',
      content: { identifier },
      details: { type: sealed.type },
    },
  );
  const follow = await followMatchKeys(tx, crypto, personId);
  const keyVersion = crypto.secrets.pepper.version;
  return changeHeld(tx, deps, {
    personIds: [personId],
    write: async (inside) => {
      await attach(inside, { personId, identifiers: [sealed], keyVersion });
      await follow(inside);
    },
  });
}

/** Said by staff, with a reason: what was promised for it ends with it. */
export async function removeIdentifier(
  tx: Tx,
  { crypto, deps, call }: IdentifierEdit,
  { personId, identifier, reason }: { personId: string; identifier: Identifier; reason: string },
): Promise<PeopleChange> {
  const { key, type } = sealedOf(crypto, identifier);
  await holdPerson(tx, personId);
  const { rows } = await tx.query<{ key: Buffer }>(
    'SELECT key FROM identifiers WHERE person_id = $1 AND type = ANY($2::text[])',
    [personId, IDENTIFIER_TYPES],
  );
  if (!rows.some((row) => row.key.equals(key))) {
    throw notFound('identifier', 'The person is not known by this identifier');
  }
  if (rows.length === 1) {
    throw conflict('identifier', 'the last identifier of a person cannot be removed');
  }
  const content = { identifier, reason };
  await recordPersonChange(
    tx,
    { crypto, call },
    { personId, action: 'identifierRemoved', content, details: { type } },
  );
  const follow = await followMatchKeys(tx, crypto, personId);
  return changeHeld(tx, deps, {
    personIds: [personId],
    write: async (inside) => {
      await detach(inside, personId, key);
      await follow(inside);
    },
  });
}

export async function attach(
  tx: Tx,
  options: {
    readonly personId: string;
    readonly identifiers: readonly SealedIdentifier[];
    readonly keyVersion: number;
  },
): Promise<void> {
  for (const { key, type, original } of options.identifiers) {
    await tx.query(
      `INSERT INTO identifiers (key, key_version, type, person_id, original) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (key, person_id) DO NOTHING`,
      [key, options.keyVersion, type, options.personId, original],
    );
  }
}

/**
 * It is forgotten as well by the merges this record is made of: should it come back, nobody knows any more whose
 * it is, and undoing a merge leaves it with both.
 */
async function detach(tx: Tx, personId: string, key: Buffer): Promise<void> {
  await tx.query('DELETE FROM identifiers WHERE person_id = $1 AND key = $2', [personId, key]);
  await tx.query(
    `WITH RECURSIVE parts (person_id) AS (
       SELECT $1::text
       UNION
       SELECT m.merged_id FROM parts JOIN person_merges m ON m.keep_id = parts.person_id
       WHERE m.undone_at IS NULL
     )
     DELETE FROM person_merge_identifiers WHERE key = $2 AND merge_id IN (
       SELECT m.id FROM parts JOIN person_merges m ON m.keep_id = parts.person_id WHERE m.undone_at IS NULL)`,
    [personId, key],
  );
}

export async function ownersOf(tx: Tx, key: Buffer): Promise<string[]> {
  const { rows } = await tx.query<{ person_id: string }>(
    'SELECT person_id FROM identifiers WHERE key = $1 ORDER BY person_id',
    [key],
  );
  return rows.map((row) => row.person_id);
}

function sealedOf(crypto: Crypto, identifier: Identifier): SealedIdentifier {
  const result = canonicalise(identifier);
  if (!result.ok) throw invalidInput('identifier.value', result.message);
  const { type, key } = keyOf(crypto, result.type, result.canonical);
  return {
    type,
    strong: isStrong(type),
    key,
    hex: key.toString('hex'),
    original: crypto.seal(identifier.value),
  };
}

function needsMerge(): KingaError {
  return conflict('identifier', 'another person is known by it: if they are the same, merge the two');
}
