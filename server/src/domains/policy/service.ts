import { conflict, invalidInput, KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import { type PolicyDocument, type policy, policyTopics } from '@kinga/shared/policy/contract.ts';
import { complaintsAbout, type PolicyValues } from '@kinga/shared/policy/values.ts';
import { actorName } from '../../platform/call/actor.ts';
import type { Call } from '../../platform/call/handler.ts';
import { idempotent } from '../../platform/call/idempotency.ts';
import type { Platform } from '../../platform/context.ts';
import { ADVISORY_LOCKS } from '../../platform/db/advisory-locks.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { appendEvents } from '../../platform/outbox/outbox.ts';
import { CHANNEL, type PolicyFollower } from './follower.ts';
import { findDocument, listSummaries } from './store.ts';
import { givenTime } from './time.ts';

/** Between the publishing of a version and its start: by then every node knows it. */
const LEAD_MS = 1_000;

type PublishInput = ParsedInputOf<typeof policy.publish>;
type WithdrawInput = ParsedInputOf<typeof policy.withdraw>;

export class PolicyService {
  readonly #platform: Platform;
  readonly #follower: PolicyFollower;

  constructor(platform: Platform, follower: PolicyFollower) {
    this.#platform = platform;
    this.#follower = follower;
  }

  /** Which one it is comes from memory, as for a lookup; the document from the table. */
  async current(): Promise<PolicyDocument> {
    const document = await findDocument(this.#platform.db, this.#follower.current().version);
    if (document === undefined) throw new Error('the policy in force is not in the table');
    return { ...document, status: 'inForce' };
  }

  async list({ cursor }: ParsedInputOf<typeof policy.list>): Promise<OutputOf<typeof policy.list>> {
    const found = await listSummaries(this.#platform.db, beforeOf(cursor), PAGE_SIZE + 1);
    const items = found.slice(0, PAGE_SIZE);
    const last = items.at(-1);
    return found.length > PAGE_SIZE && last ? { items, nextCursor: String(last.version) } : { items };
  }

  async get({ version }: ParsedInputOf<typeof policy.get>): Promise<PolicyDocument> {
    return (await findDocument(this.#platform.db, version)) ?? unknownVersion();
  }

  async publish(input: PublishInput, call: Call): Promise<PolicyDocument> {
    refuseMilderThanTheLaw(input.values);
    const { db, crypto } = this.#platform;
    return await db.transaction((tx) =>
      idempotent(tx, crypto, { call, input }, () => insertVersion(tx, input, call)),
    );
  }

  async withdraw(input: WithdrawInput, call: Call): Promise<PolicyDocument> {
    const { db, crypto } = this.#platform;
    return await db.transaction((tx) =>
      idempotent(tx, crypto, { call, input }, () => insertWithdrawal(tx, input, call)),
    );
  }
}

function refuseMilderThanTheLaw(values: PolicyValues): void {
  const details = complaintsAbout(values).map(({ path, message }) => ({ path: `values.${path}`, message }));
  const [first] = details;
  if (first === undefined) return;
  throw new KingaError('INVALID_INPUT', `${first.path}: ${first.message}`, { details });
}

async function insertVersion(tx: Tx, input: PublishInput, call: Call): Promise<PolicyDocument> {
  const { now, last, lastStartsAt } = await lockVersions(tx);
  const startsAt = startOf(input.startsAt, now);
  if (startsAt <= lastStartsAt) {
    const message = `a version starts at ${new Date(lastStartsAt).toISOString()} already: withdraw it, or start later`;
    throw new KingaError('CONFLICT', `startsAt: ${message}`, { details: [{ path: 'startsAt', message }] });
  }
  const version = last + 1;
  await tx.query(
    `INSERT INTO policy_versions (version, starts_at, "values", note, created_by)
     VALUES ($1, $2, $3, $4, $5)`,
    [
      version,
      new Date(startsAt).toISOString(),
      JSON.stringify(input.values),
      input.note,
      actorName(call.actor),
    ],
  );
  return await tell(tx, version, { type: 'published', call });
}

async function insertWithdrawal(tx: Tx, { version }: WithdrawInput, call: Call): Promise<PolicyDocument> {
  const { now } = await lockVersions(tx);
  const found = (await findDocument(tx, version)) ?? unknownVersion();
  if (found.status === 'withdrawn') throw conflict('version', 'The version is withdrawn already');
  if (Date.parse(found.startsAt) < now + LEAD_MS) {
    throw conflict('version', 'The version has started, or does within a second: publish another one');
  }
  await tx.query('INSERT INTO policy_withdrawals (version, withdrawn_by) VALUES ($1, $2)', [
    version,
    actorName(call.actor),
  ]);
  return await tell(tx, version, { type: 'withdrawn', call });
}

/** One change at a time; what comes after the lock is what the one before has left. */
async function lockVersions(tx: Tx): Promise<{ now: number; last: number; lastStartsAt: number }> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.policy]);
  const { rows } = await tx.query<{ now: number; last: number; last_starts_at: Date }>(
    `SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now, max(v.version) AS last,
            max(v.starts_at) FILTER (WHERE w.version IS NULL) AS last_starts_at
     FROM policy_versions v LEFT JOIN policy_withdrawals w USING (version)`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate has one row');
  return { now: row.now, last: row.last, lastStartsAt: row.last_starts_at.getTime() };
}

function startOf(given: string | undefined, now: number): number {
  if (given === undefined) return now + LEAD_MS;
  const startsAt = givenTime('startsAt', given);
  if (startsAt < now) throw invalidInput('startsAt', 'is past: what was answered stays as it was');
  return Math.max(startsAt, now + LEAD_MS);
}

async function tell(
  tx: Tx,
  version: number,
  { type, call }: { type: 'published' | 'withdrawn'; call: Call },
): Promise<PolicyDocument> {
  const document = await findDocument(tx, version);
  if (document === undefined) throw new Error('the version is not there');
  const { startsAt, note, createdAt, withdrawnAt } = document;
  const data = { version, startsAt, note, createdAt, withdrawnAt };
  await appendEvents(tx, [{ topic: policyTopics.versions.pattern, type, data }]);
  await recordAudit(tx, {
    actor: call.actor,
    requestId: call.requestId,
    action: `policy.${type}`,
    subject: String(version),
    details: { startsAt },
  });
  await tx.query(`SELECT pg_notify('${CHANNEL}', '')`);
  return document;
}

/** A cursor is the last version of the page before. */
function beforeOf(cursor: string | undefined): number {
  if (cursor === undefined) return 2 ** 31 - 1;
  if (!/^\d{1,9}$/.test(cursor)) throw invalidInput('cursor', 'not a cursor of this list');
  return Number(cursor);
}

function unknownVersion(): never {
  throw notFound('version', 'There is no such version');
}
