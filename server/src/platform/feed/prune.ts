import { partsOf, type Topic } from '@kinga/shared/contract/topic.ts';
import { allTopics } from '@kinga/shared/contract.ts';
import { IDEMPOTENCY_KEPT } from '../call/idempotency.ts';
import type { Database } from '../db/database.ts';

/** Small statements: a tail or a relay never waits for a pruning. */
const BATCH = 5_000;

/**
 * Deletes the events that are older than their topic's retention, the oldest first, and the idempotency keys
 * that are no longer remembered. Each topic's head stays, so its numbers are never given twice.
 */
export async function pruneFeed(
  db: Database,
  topics: readonly Topic[] = allTopics,
): Promise<{ events: number; keys: number }> {
  let events = 0;
  for (const { pattern, retentionDays } of topics) {
    if (retentionDays === undefined) continue;
    const { prefix, suffix } = partsOf(pattern);
    events += await deleteAll(
      db,
      `DELETE FROM feed_events WHERE position IN (
         SELECT position FROM feed_events
         WHERE at < statement_timestamp() - make_interval(days => $2) AND starts_with(topic, $3)
           AND right(topic, length($4)) = $4
         ORDER BY position LIMIT $1)`,
      [retentionDays, prefix, suffix],
    );
  }
  const keys = await deleteAll(
    db,
    `DELETE FROM idempotency_keys WHERE scope IN (
       SELECT scope FROM idempotency_keys
       WHERE created_at < statement_timestamp() - $2::interval ORDER BY created_at LIMIT $1)`,
    [IDEMPOTENCY_KEPT],
  );
  return { events, keys };
}

async function deleteAll(db: Database, statement: string, values: readonly unknown[]): Promise<number> {
  let total = 0;
  for (;;) {
    const { rowCount } = await db.query(statement, [BATCH, ...values]);
    total += rowCount;
    if (rowCount < BATCH) return total;
  }
}
