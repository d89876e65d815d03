import type { Tx } from '../../../platform/db/tx.ts';
import { raiseAlert } from '../../alerts/index.ts';
import { RULES } from './rules.ts';
import type { Sighting } from './sighting.ts';

const { customersMax } = RULES.duplicatePerson;

/** Two records of an operator that are one person, or one person with several accounts there. */
export async function watchDuplicates(tx: Tx, seen: Sighting): Promise<void> {
  const doubles = [...seen.doubles].slice(0, RULES.alertsMax);
  for (const [first, second] of doubles) {
    await raiseAlert(tx, {
      kind: 'tokens.duplicate-person',
      severity: 'warning',
      operatorId: seen.operatorId,
      key: `${first.id}:${second.id}`,
      explanation:
        'An operator named two strong identifiers at once that it had given as two different people before: ' +
        'the records may be one person. Both tokens stay, and the first answers for all identifiers named.',
      facts: { first: first.id, second: second.id },
    });
  }
  const several = await severalCustomers(tx, seen);
  if (several.length === 0) return;
  if (seen.isBulk) await tellBatch(tx, seen.operatorId, several);
  else for (const one of several) await tell(tx, seen.operatorId, one);
}

interface Several {
  readonly handle: string;
  readonly customers: number;
}

async function severalCustomers(tx: Tx, { mapped }: Sighting): Promise<Several[]> {
  if (mapped.length === 0) return [];
  const { rows } = await tx.query<Several>(
    `SELECT subject_id AS handle, count(*)::int AS customers FROM token_customers
     WHERE subject_id = ANY($1::text[]) GROUP BY subject_id HAVING count(*) > ${customersMax}
     ORDER BY subject_id`,
    [[...new Set(mapped.map(({ subjectId }) => subjectId))]],
  );
  return rows;
}

async function tell(tx: Tx, operatorId: string, { handle, customers }: Several): Promise<void> {
  await raiseAlert(tx, {
    kind: 'tokens.duplicate-person',
    severity: 'info',
    operatorId,
    key: handle,
    explanation:
      `One person has ${customers} customer accounts at one operator. An exclusion concerns all of them, and ` +
      'the operator is told about each.',
    facts: { handle, customers },
  });
}

async function tellBatch(tx: Tx, operatorId: string, several: readonly Several[]): Promise<void> {
  await raiseAlert(tx, {
    kind: 'tokens.duplicate-person',
    severity: 'info',
    operatorId,
    key: `${operatorId}:bulk`,
    explanation:
      `A batch of customers has ${several.length} people with more than one account at the operator. An ` +
      'exclusion concerns all of their accounts, and the operator is told about each.',
    facts: { people: several.length, handles: several.slice(0, RULES.alertsMax).map(({ handle }) => handle) },
  });
}
