import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { isStrong } from '../../identifiers/index.ts';
import { holdWhoever } from '../register/hold.ts';
import { followMatchKeys, insertMatchKeys, unlearnt } from '../register/match-keys.ts';
import type { Told } from '../register/register.ts';
import type { SealedIdentifier } from '../register/registration.ts';
import { anyInForce, changeHeld, type PeopleDeps } from './change.ts';
import { attach } from './identifiers.ts';

export interface IdentityChange {
  /** What the account is known by. */
  readonly accountKeys: readonly { readonly type: IdentifierType; readonly key: Buffer }[];
  /** What it is known by from now on. */
  readonly added: readonly SealedIdentifier[];
  /** What it is called by from now on, where that has changed. */
  readonly called?: { readonly name?: string | undefined; readonly dateOfBirth?: string | undefined };
}

export interface IdentityChecked {
  /** An exclusion of theirs is in force or to come. */
  readonly excluded: boolean;
  /** After the commit, before the answer. */
  readonly told: Told;
}

const CLEAR: IdentityChecked = { excluded: false, told: async () => {} };

/**
 * An account is known by something new: a new SIM, a changed address, a proved document, another name, an account
 * opened again. Is it an excluded person's, then everything it is known by becomes theirs in the register, in the
 * caller's transaction: nobody leaves an exclusion by changing what they are called by. What they were called before
 * still finds them, and what stands in their record is not changed: an account says of itself what it likes.
 *
 * Strong identifiers say who the person is. Two known people behind one account: as with a registration, no
 * merge; what is in force holds for both, and staff are to look at it.
 */
export async function identityChanged(
  tx: Tx,
  { crypto, deps }: { crypto: Crypto; deps: Pick<PeopleDeps, 'changeWithin'> },
  change: IdentityChange,
): Promise<IdentityChecked> {
  const keys = [...change.accountKeys, ...change.added].map(({ key }) => key);
  const personIds = await holdWhoever(tx, () => peopleBehind(tx, change), keys);
  const [first] = personIds;
  if (first === undefined || !(await anyInForce(tx, personIds))) return CLEAR;
  const unknown = await unknownTo(tx, personIds, change);
  const apart = await heldByOneOnly(tx, personIds);
  const { called = {} } = change;
  const names = await unlearnt(tx, crypto, first, called);
  if (unknown.length === 0 && apart.length === 0 && names.size === 0) return { ...CLEAR, excluded: true };
  const follow = await followMatchKeys(tx, crypto, first);
  const { told } = await changeHeld(tx, deps, {
    personIds,
    write: async (inside) => {
      const keyVersion = crypto.secrets.pepper.version;
      await attach(inside, { personId: first, identifiers: unknown, keyVersion });
      await follow(inside);
      // Anew: another document is found in another way.
      await insertMatchKeys(inside, crypto, first, await unlearnt(inside, crypto, first, called));
      await holdForAll(inside, personIds, apart);
    },
  });
  await recordAudit(tx, {
    actor: 'system',
    action: 'person.identified',
    subject: first,
    details: {
      people: personIds,
      types: unknown.map(({ type }) => type),
      called: names.size > 0,
      exclusions: apart,
    },
  });
  return { excluded: true, told };
}

/**
 * Whose account it is: the people who have a strong identifier of it. Beside them those who have no strong one at
 * all and whose exclusion this very account asked for; a shared phone alone says nothing.
 */
async function peopleBehind(tx: Tx, { accountKeys, added }: IdentityChange): Promise<string[]> {
  const all = [...accountKeys, ...added];
  const { rows } = await tx.query<{ person_id: string }>(
    `SELECT i.person_id FROM identifiers i
     WHERE i.key = ANY($1::bytea[]) AND i.type IN ('nationalId', 'passport', 'alienId')
     UNION
     SELECT p.person_id
     FROM (SELECT account_id FROM account_identifiers WHERE key = ANY($2::bytea[])
           GROUP BY account_id HAVING count(*) = $3) AS mine
     JOIN exclusions e ON e.registered_by = 'account:' || mine.account_id AND e.source = 'person'
     JOIN exclusion_persons p ON p.exclusion_id = e.id
     WHERE EXISTS (SELECT FROM identifiers i WHERE i.person_id = p.person_id AND i.key = ANY($2::bytea[]))
       AND NOT EXISTS (SELECT FROM identifiers s WHERE s.person_id = p.person_id
                         AND s.type IN ('nationalId', 'passport', 'alienId'))
     ORDER BY person_id`,
    [
      all.filter(({ type }) => isStrong(type)).map(({ key }) => key),
      accountKeys.map(({ key }) => key),
      accountKeys.length,
    ],
  );
  return rows.map((row) => row.person_id);
}

/** What the register does not know of any of these people. */
async function unknownTo(
  tx: Tx,
  personIds: readonly string[],
  { accountKeys, added }: IdentityChange,
): Promise<SealedIdentifier[]> {
  const { rows } = await tx.query<{ key: Buffer }>(
    'SELECT key FROM identifiers WHERE person_id = ANY($1::text[])',
    [personIds],
  );
  const known = new Set(rows.map(({ key }) => key.toString('hex')));
  const fresh = added.filter(({ hex }) => !known.has(hex));
  for (const { hex } of fresh) known.add(hex);
  const older = accountKeys.filter(({ key }) => !known.has(key.toString('hex')));
  return [...fresh, ...(await sealedOf(tx, older))];
}

/** The account has them under the same seal. */
async function sealedOf(tx: Tx, keys: IdentityChange['accountKeys']): Promise<SealedIdentifier[]> {
  if (keys.length === 0) return [];
  const { rows } = await tx.query<{ key: Buffer; type: IdentifierType; sealed: Buffer }>(
    `SELECT DISTINCT ON (key) key, type, sealed FROM account_identifiers
     WHERE key = ANY($1::bytea[]) ORDER BY key, account_id`,
    [keys.map(({ key }) => key)],
  );
  return rows.map(({ key, type, sealed }) => ({
    type,
    strong: isStrong(type),
    key,
    hex: key.toString('hex'),
    original: sealed,
  }));
}

/**
 * Exclusions not over that some of these people have and others not. Who has one of their own of it has been told apart
 * by staff: it lives on by itself.
 */
async function heldByOneOnly(tx: Tx, personIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ exclusion_id: string }>(
    `SELECT p.exclusion_id FROM exclusion_persons p JOIN exclusions e ON e.id = p.exclusion_id
     WHERE p.person_id = ANY($1::text[]) AND (e.in_force_until IS NULL OR e.in_force_until > clock_timestamp())
       AND $2 > (SELECT count(DISTINCT theirs.person_id) FROM exclusion_persons theirs
                 JOIN exclusions part ON part.id = theirs.exclusion_id
                 WHERE theirs.person_id = ANY($1::text[])
                   AND coalesce(part.split_from, part.id) = coalesce(e.split_from, e.id))
     GROUP BY p.exclusion_id ORDER BY p.exclusion_id`,
    [personIds, personIds.length],
  );
  return rows.map((row) => row.exclusion_id);
}

async function holdForAll(
  tx: Tx,
  personIds: readonly string[],
  exclusionIds: readonly string[],
): Promise<void> {
  await tx.query(
    `INSERT INTO exclusion_persons (person_id, exclusion_id)
     SELECT person_id, exclusion_id FROM unnest($1::text[]) AS person_id, unnest($2::text[]) AS exclusion_id
     ON CONFLICT DO NOTHING`,
    [personIds, exclusionIds],
  );
  await tx.query('UPDATE exclusions SET needs_review = true WHERE id = ANY($1::text[])', [exclusionIds]);
}
