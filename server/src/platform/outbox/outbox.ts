import type { Job } from '@kinga/shared/contract/job.ts';
import type { z } from 'zod';
import type { Tx } from '../db/tx.ts';

export interface OutboxEvent {
  /** The full name, e.g. `wallet/acc_1`. */
  readonly topic: string;
  readonly type: string;
  readonly data: unknown;
}

/** Events to be numbered and told after the commit. Same transaction as the rows they speak of. */
export async function appendEvents(tx: Tx, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `INSERT INTO outbox (kind, topic, type, data)
     SELECT 'event', * FROM unnest($1::text[], $2::text[], $3::jsonb[])`,
    [events.map((e) => e.topic), events.map((e) => e.type), events.map((e) => JSON.stringify(e.data))],
  );
  await tx.query(`SELECT pg_notify('kinga_outbox', '')`);
}

/**
 * A job for the workers, handed to Agenda after the commit. `key` names the effect: the worker keeps it, so
 * that a job which runs twice has its effect once.
 */
export async function enqueueJob<TData extends z.ZodType>(
  tx: Tx,
  job: Job<string, TData>,
  work: { data: z.input<TData>; key: string; runAt?: Date },
): Promise<void> {
  await tx.query(`INSERT INTO outbox (kind, topic, type, data) VALUES ('job', $1, $2, $3)`, [
    job.name,
    work.key,
    JSON.stringify({ data: job.data.parse(work.data), runAt: work.runAt?.toISOString() ?? null }),
  ]);
  await tx.query(`SELECT pg_notify('kinga_outbox', '')`);
}
