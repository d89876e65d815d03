import { invalidInput } from '@kinga/shared/contract/errors.ts';
import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { people, RegisteredPerson } from '@kinga/shared/exclusions/people.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudits } from '../../../platform/outbox/audit.ts';
import { keysOf } from '../../identifiers/index.ts';
import { askedKeysOf, findMatch, MATCH, soundsOf } from '../../matching/index.ts';
import { spellingsOf } from '../register/reference.ts';
import { readPeople } from './read.ts';

type Input = ParsedInputOf<typeof people.findPeople>;

const FOUND_MAX = 20;
/** So many who share a key with a name are looked at; those who share the most first. */
const CANDIDATES_MAX = 200;

/** One way to find people; what it asked for is told to the audit as a digest. */
interface Search {
  readonly by: 'identifiers' | 'person' | 'reference';
  /** What was asked for, in the form in which it is compared. */
  readonly asked: string;
  readonly types?: readonly string[];
  find(tx: Tx): Promise<string[]>;
}

export async function findPeople(
  { db, crypto }: Platform,
  input: Input,
  call: Call,
): Promise<{ items: RegisteredPerson[] }> {
  const { by, asked, types, find } = searchOf(crypto, input);
  return await db.transaction(async (tx) => {
    const ids = (await find(tx)).slice(0, FOUND_MAX);
    const found = await readPeople(tx, crypto, ids);
    const items = ids.flatMap((id) => found.find((person) => person.id === id) ?? []);
    const { actor, requestId } = call;
    const digest = crypto.digest('person.searched', asked);
    const details = { by, ...(types && { types }), digest, found: items.length };
    await recordAudits(tx, [
      { actor, requestId, action: 'person.searched', subject: 'persons', details },
      ...items.map(({ id }) => ({ actor, requestId, action: 'person.read', subject: id })),
    ]);
    return { items };
  });
}

function searchOf(crypto: Crypto, { identifiers, person, reference }: Input): Search {
  const searches = [
    identifiers && byIdentifiers(crypto, identifiers),
    person && byPerson(crypto, person),
    reference === undefined ? undefined : byReference(reference),
  ].filter((search) => search !== undefined);
  const [search, another] = searches;
  if (search === undefined) throw invalidInput('identifiers', 'or person, or reference: one of them');
  if (another !== undefined) throw invalidInput(another.by, `not together with ${search.by}`);
  return search;
}

function byIdentifiers(crypto: Crypto, identifiers: NonNullable<Input['identifiers']>): Search {
  const keys = keysOf(crypto, identifiers, 'identifiers');
  const types = identifiers.map(({ type }) => type);
  return {
    by: 'identifiers',
    asked: JSON.stringify(keys.map(({ type, canonical }) => `${type}:${canonical}`).sort()),
    types,
    find: async (tx) => {
      const { rows } = await tx.query<{ person_id: string }>(
        `SELECT DISTINCT person_id FROM identifiers WHERE key = ANY($1::bytea[])
         ORDER BY person_id LIMIT ${FOUND_MAX}`,
        [keys.map(({ key }) => key)],
      );
      return rows.map((row) => row.person_id);
    },
  };
}

/** By the rule by which a lookup finds a possible match, of each record by itself. */
function byPerson(crypto: Crypto, { name, dateOfBirth }: NonNullable<Input['person']>): Search {
  const sounds = soundsOf(name);
  if (sounds.length < 2) throw invalidInput('person.name', 'two names at least');
  const facts = { name, dateOfBirth, identifiers: [] };
  return {
    by: 'person',
    asked: JSON.stringify([sounds, dateOfBirth]),
    find: async (tx) => {
      const { rows } = await tx.query<{ person_id: string; keys: Buffer[] }>(
        `SELECT person_id, array_agg(key) AS keys FROM identifiers
         WHERE type = '${MATCH}' AND key = ANY($1::bytea[])
         GROUP BY person_id ORDER BY count(*) DESC, person_id LIMIT ${CANDIDATES_MAX}`,
        [askedKeysOf(crypto, facts)],
      );
      return rows.flatMap(({ person_id, keys }) => {
        const known = new Set(keys.map((key) => key.toString('latin1')));
        return findMatch(crypto, facts, (key) => known.has(key)).isPossible ? [person_id] : [];
      });
    },
  };
}

function byReference(reference: string): Search {
  const spellings = spellingsOf(reference);
  return {
    by: 'reference',
    asked: spellings.at(-1) ?? '',
    find: async (tx) => {
      const { rows } = await tx.query<{ person_id: string }>(
        `SELECT DISTINCT p.person_id FROM exclusions e JOIN exclusion_persons p ON p.exclusion_id = e.id
         WHERE e.reference = ANY($1::text[]) AND NOT e.canary ORDER BY p.person_id LIMIT ${FOUND_MAX}`,
        [spellings],
      );
      return rows.map((row) => row.person_id);
    },
  };
}
