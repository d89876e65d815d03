import type { Tx } from '../../../platform/db/tx.ts';
import { raiseAlert } from '../../alerts/index.ts';
import { RULES } from './rules.ts';
import type { Sighting } from './sighting.ts';

const { operatorsMax, withinMinutes } = RULES.manyOperators;

/** Who came with a whole customer base is not counted: all operators bring theirs in the same weeks. */
const SQL = `
  SELECT t.id AS handle, count(DISTINCT o.tenant_id)::int AS operators
  FROM unnest($1::text[], $2::bytea[]) AS t (id, person_key)
  JOIN token_subjects o ON o.person_key = t.person_key AND NOT o.bulk
    AND o.created_at > statement_timestamp() - make_interval(mins => ${withinMinutes})
  GROUP BY t.id HAVING count(DISTINCT o.tenant_id) > ${operatorsMax}`;

/** One person became known to many operators within minutes. */
export async function watchManyOperators(tx: Tx, { isBulk, people }: Sighting): Promise<void> {
  if (isBulk) return;
  const created = people.flatMap(({ subject }) => {
    const [first] = subject.added;
    return subject.isNew && first?.strong ? [{ id: subject.id, key: Buffer.from(first.hex, 'hex') }] : [];
  });
  if (created.length === 0) return;
  const { rows } = await tx.query<{ handle: string; operators: number }>(SQL, [
    created.map(({ id }) => id),
    created.map(({ key }) => key),
  ]);
  const runners = [];
  for (const row of rows) {
    const key = created.find(({ id }) => id === row.handle)?.key.toString('hex') ?? row.handle;
    runners.push({ ...row, name: await personName(tx, key) });
  }
  // In one order for everybody: two who raise the same alerts at once must not wait for each other.
  for (const { handle, operators, name } of runners.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    await raiseAlert(tx, {
      kind: 'tokens.many-operators',
      severity: 'warning',
      key: name,
      explanation:
        `One person became a customer of ${operators} operators within ${withinMinutes} minutes; more than ` +
        `${operatorsMax} is a run for accounts, or an identity in wrong hands.`,
      facts: { handle, operators, operatorsMax, withinMinutes },
    });
  }
}

/** The subject that was made first stands for the person in the name of the alert. */
async function personName(tx: Tx, hex: string): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    'SELECT id FROM token_subjects WHERE person_key = $1 ORDER BY created_at, id LIMIT 1',
    [Buffer.from(hex, 'hex')],
  );
  return rows[0]?.id ?? '';
}
