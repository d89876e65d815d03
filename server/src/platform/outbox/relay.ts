import { ADVISORY_LOCKS } from '../db/advisory-locks.ts';
import type { Database } from '../db/database.ts';
import { Tail } from '../db/tail.ts';
import type { Tx } from '../db/tx.ts';
import { AGENDA_CHANNEL } from '../jobs/agenda.ts';
import type { Service } from '../lifecycle/service.ts';
import type { Logger } from '../log/log.ts';
import type { Metrics } from '../metrics/metrics.ts';

export const OUTBOX_CHANNEL = 'kinga_outbox';
export const FEED_CHANNEL = 'kinga_feed';
/** One relay at a time over all hubs and workers of a database. */
const RELAY_LOCK = ADVISORY_LOCKS.relay;
const BATCH = 500;
/** Another value at each look as long as there is anything: whoever has the lock now may be dying with it. */
const PENDING = 'SELECT CASE WHEN EXISTS (SELECT FROM outbox) THEN statement_timestamp() END';

export interface RelayOptions {
  readonly db: Database;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * Gives each outbox event its topic's next seq and hands each outbox job to Agenda. Every hub and worker runs
 * one; whoever gets the lock works. Lock, numbering, jobs and the removal are one transaction: a relay that dies
 * anywhere in it has done nothing, and the next one begins at the same row.
 */
export function createRelay(options: RelayOptions): Service {
  const relayed = options.metrics.counter('kinga_outbox_relayed_total', 'Outbox rows passed on', ['kind']);
  return new Tail({
    db: options.db,
    log: options.log,
    name: 'outbox-relay',
    channel: OUTBOX_CHANNEL,
    head: PENDING,
    read: async (tx) => {
      for (;;) {
        const { events, jobs } = await relayBatch(tx);
        if (events > 0) relayed.inc({ kind: 'event' }, events);
        if (jobs > 0) relayed.inc({ kind: 'job' }, jobs);
        if (events + jobs < BATCH) return;
      }
    },
  });
}

interface Batch {
  readonly events: number;
  readonly jobs: number;
}

const NOTHING: Batch = { events: 0, jobs: 0 };

/** A failure leaves the transaction open: the tail then closes the connection, which rolls it back. */
async function relayBatch(tx: Tx): Promise<Batch> {
  const waiting = await tx.query<{ some: boolean }>('SELECT EXISTS (SELECT FROM outbox) AS some');
  if (!waiting.rows[0]?.some) return NOTHING;
  await tx.query('BEGIN');
  const lock = await tx.query<{ held: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS held', [
    RELAY_LOCK,
  ]);
  // A statement of its own, after the lock: its snapshot sees everything the last holder committed.
  const moved = lock.rows[0]?.held ? (await tx.query<Batch>(MOVE, [BATCH])).rows[0] : undefined;
  await tx.query('COMMIT');
  return moved ?? NOTHING;
}

/**
 * Positions are given in the order of the outbox, and only under the lock, so that they become visible in order:
 * a tail that has seen one will never miss an earlier one.
 */
const MOVE = `
  WITH batch AS (
    DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT $1)
    RETURNING id, kind, topic, type, data
  ), events AS (
    SELECT *, row_number() OVER (PARTITION BY topic ORDER BY id) AS place,
           count(*) OVER (PARTITION BY topic) AS places
    FROM batch WHERE kind = 'event'
  ), heads AS (
    INSERT INTO feed_topics AS known (topic, head)
    SELECT topic, count(*) FROM events GROUP BY topic
    ON CONFLICT (topic) DO UPDATE SET head = known.head + excluded.head
    RETURNING topic, head
  ), numbered AS (
    INSERT INTO feed_events (topic, seq, at, type, data)
    SELECT topic, head - places + place, statement_timestamp(), type, data
    FROM events JOIN heads USING (topic) ORDER BY id
    RETURNING 1
  ), jobs AS (
    INSERT INTO agenda_jobs (name, next_run_at, data)
    SELECT topic, coalesce((data->>'runAt')::timestamptz, statement_timestamp()),
           (data->'data') || jsonb_build_object('key', type)
    FROM batch WHERE kind = 'job' ORDER BY id
    RETURNING id, name, next_run_at, priority
  ), told AS (
    SELECT pg_notify('${AGENDA_CHANNEL}', json_build_object(
      'jobId', id, 'jobName', name, 'nextRunAt', next_run_at, 'priority', priority,
      'timestamp', statement_timestamp(), 'source', 'outbox-relay')::text)
    FROM jobs
    UNION ALL SELECT pg_notify('${FEED_CHANNEL}', '') WHERE EXISTS (SELECT FROM events)
  )
  SELECT (SELECT count(*) FROM numbered)::int AS events, (SELECT count(*) FROM jobs)::int AS jobs
  WHERE (SELECT count(*) FROM told) >= 0`;
