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
 * Wakes the relay after a commit whose outbox rows were written by hand-written SQL without a NOTIFY of its own:
 * one inside a transaction makes the commits of the whole database wait for each other. Only a hint: the relay
 * looks by itself every quarter of a second.
 */
export function hintOutbox(tx: Tx): void {
  tx.query(`SELECT pg_notify('kinga_outbox', '')`).catch(() => {});
}

export interface Work<TData extends z.ZodType> {
  readonly data: z.input<TData>;
  /** Names the effect: the worker keeps it, so that a job which runs twice has its effect once. */
  readonly key: string;
  readonly runAt?: Date;
}

/** A job for the workers, handed to Agenda after the commit. */
export async function enqueueJob<TData extends z.ZodType>(
  tx: Tx,
  job: Job<string, TData>,
  work: Work<TData>,
): Promise<void> {
  await enqueueJobs(tx, job, [work]);
}

/** The same for many at once, in one statement. */
export async function enqueueJobs<TData extends z.ZodType>(
  tx: Tx,
  job: Job<string, TData>,
  works: readonly Work<TData>[],
): Promise<void> {
  if (works.length === 0) return;
  const data = works.map((work) =>
    JSON.stringify({ data: job.data.parse(work.data), runAt: work.runAt?.toISOString() ?? null }),
  );
  await tx.query(
    `INSERT INTO outbox (kind, topic, type, data)
     SELECT 'job', $1, * FROM unnest($2::text[], $3::jsonb[])`,
    [job.name, works.map((work) => work.key), data],
  );
  await tx.query(`SELECT pg_notify('kinga_outbox', '')`);
}
