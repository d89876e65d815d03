import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { raiseAlert } from '../../alerts/index.ts';
import { keyOf } from '../../identifiers/index.ts';
import { RULES } from './rules.ts';
import type { Sighting } from './sighting.ts';

const { runMin, withinMinutes, bulkRunMin } = RULES.sequentialIds;

/**
 * National ids that follow each other. In a batch the numbers are at hand; one by one nothing but their keyed
 * hashes is kept, so those of the neighbours are computed and looked for among what the operator issued lately.
 */
export async function watchSequentialIds(tx: Tx, crypto: Crypto, seen: Sighting): Promise<void> {
  const numbers = newNumbers(seen);
  const run = seen.isBulk ? longestRun(numbers) : await longestRunLately(tx, crypto, seen, numbers);
  const limit = seen.isBulk ? bulkRunMin : runMin;
  if (run < limit) return;
  const where = seen.isBulk ? 'in one batch' : `within ${withinMinutes} minutes`;
  await raiseAlert(tx, {
    kind: 'tokens.sequential-ids',
    severity: 'warning',
    operatorId: seen.operatorId,
    key: seen.operatorId,
    explanation:
      `Tokens were issued for ${run} national ids that follow each other, ${where}; from ${limit} on that is no ` +
      'coincidence but numbers that were made up or tried out.',
    facts: { run, runMin: limit, isBulk: seen.isBulk },
  });
}

/** Canonical national ids of people who are new to the operator. */
function newNumbers({ people }: Sighting): string[] {
  return people.flatMap(({ subject, keys }) =>
    subject.isNew ? keys.filter(({ type }) => type === 'nationalId').map(({ canonical }) => canonical) : [],
  );
}

export function longestRun(canonical: readonly string[]): number {
  const numbers = [...new Set(canonical.map(Number))].sort((a, b) => a - b);
  let longest = 0;
  let run = 0;
  for (const [index, number] of numbers.entries()) {
    run = index > 0 && number === numbers[index - 1]! + 1 ? run + 1 : 1;
    if (run > longest) longest = run;
  }
  return longest;
}

const SQL = `
  SELECT encode(k.key, 'hex') AS hex FROM token_keys k JOIN token_subjects s ON s.id = k.subject_id
  WHERE k.key = ANY($1::bytea[]) AND k.tenant_id = $2 AND NOT s.bulk
    AND k.created_at > statement_timestamp() - make_interval(mins => ${withinMinutes})`;

async function longestRunLately(
  tx: Tx,
  crypto: Crypto,
  seen: Sighting,
  numbers: readonly string[],
): Promise<number> {
  const around = new Map<string, number>();
  for (const canonical of numbers) {
    for (let away = 1 - runMin; away < runMin; away++) {
      const number = Number(canonical) + away;
      if (number < 0) continue;
      const neighbour = String(number).padStart(canonical.length, '0');
      around.set(keyOf(crypto, 'nationalId', neighbour).key.toString('hex'), number);
    }
  }
  if (around.size === 0) return 0;
  const { rows } = await tx.query<{ hex: string }>(SQL, [
    [...around.keys()].map((hex) => Buffer.from(hex, 'hex')),
    seen.operatorId,
  ]);
  return longestRun(rows.map(({ hex }) => String(around.get(hex))));
}
