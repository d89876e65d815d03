import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { raiseAlert } from '../../alerts/index.ts';
import { isStrong } from '../../identifiers/index.ts';
import { RULES } from './rules.ts';
import { contactName, type Sighting } from './sighting.ts';

interface Shared {
  readonly hex: string;
  readonly people: number;
}

/** How many people, told apart by their strong identifier, have each contact; counting ends where nobody cares. */
const SQL = `
  SELECT encode(k, 'hex') AS hex, count(DISTINCT f.person_key)::int AS people
  FROM unnest($1::bytea[]) AS k
  CROSS JOIN LATERAL (
    SELECT s.person_key FROM token_keys t JOIN token_subjects s ON s.id = t.subject_id
    WHERE t.key = k AND s.person_key IS NOT NULL LIMIT ${RULES.sharedContact.exampleMax}
  ) AS f
  GROUP BY k HAVING count(DISTINCT f.person_key) > ${RULES.sharedContact.peopleMax}
  ORDER BY people DESC, k`;

/** One phone or e-mail address on more people than a family has, over all operators. */
export async function watchSharedContacts(tx: Tx, crypto: Crypto, seen: Sighting): Promise<void> {
  const types = new Map<string, string>();
  for (const { subject, keys } of seen.people) {
    const added = new Set(subject.added.map(({ hex }) => hex));
    for (const { key, type } of keys) {
      const hex = key.toString('hex');
      if (!isStrong(type) && added.has(hex)) types.set(hex, type);
    }
  }
  if (types.size === 0) return;
  const { rows } = await tx.query<Shared>(SQL, [[...types.keys()].map((hex) => Buffer.from(hex, 'hex'))]);
  if (rows.length === 0) return;
  if (seen.isBulk) return await tellBatch(tx, crypto, seen.operatorId, rows);
  // In one order for everybody: two who raise the same alerts at once must not wait for each other.
  for (const row of rows.toSorted((a, b) => (a.hex < b.hex ? -1 : 1))) {
    await tell(tx, crypto, seen.operatorId, row, types.get(row.hex) ?? 'contact');
  }
}

const LIMIT = RULES.sharedContact.peopleMax;

async function tell(
  tx: Tx,
  crypto: Crypto,
  operatorId: string,
  { hex, people }: Shared,
  type: string,
): Promise<void> {
  const contact = contactName(crypto, hex);
  await raiseAlert(tx, {
    kind: 'tokens.shared-contact',
    severity: 'warning',
    operatorId,
    key: contact,
    explanation:
      `One ${type} stands on the tokens of ${people} people with different ids; up to ${LIMIT} is what a ` +
      'family shares. An agent, a shop or one person behind many ids would look like this.',
    facts: { contact, type, people, peopleMax: LIMIT },
  });
}

async function tellBatch(tx: Tx, crypto: Crypto, operatorId: string, rows: readonly Shared[]): Promise<void> {
  const [most] = rows;
  await raiseAlert(tx, {
    kind: 'tokens.shared-contact',
    severity: 'info',
    operatorId,
    key: `${operatorId}:bulk`,
    explanation:
      `A batch of customers brought ${rows.length} contacts that stand on more than ${LIMIT} people each, one of ` +
      `them on ${most?.people}. In a whole customer base that is often a placeholder; worth correcting there.`,
    facts: {
      contacts: rows.slice(0, RULES.alertsMax).map(({ hex }) => contactName(crypto, hex)),
      count: rows.length,
      peopleMax: LIMIT,
    },
  });
}
