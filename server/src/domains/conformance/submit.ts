import type { ConformanceResult, conformance } from '@kinga/shared/conformance/contract.ts';
import { VECTORS } from '@kinga/shared/conformance/vectors.ts';
import { conflict, type ErrorDetail, KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Call } from '../../platform/call/handler.ts';
import type { Platform } from '../../platform/context.ts';
import { actForTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { removeRecords, sandboxKeyOf } from '../sandbox/index.ts';
import { type Evidence, judge } from './judge.ts';
import { lockRuns } from './start.ts';

type Input = ParsedInputOf<typeof conformance.submit>;

interface SituationRow {
  readonly id: string;
  readonly vector: string;
  readonly decision: string | null;
  readonly failure: string | null;
}

const BY_ID = new Map(VECTORS.map((vector) => [vector.id, vector]));

/** The decisions, what follows from them for the run, the certificate and the audit are one transaction. */
export async function submit({ db }: Platform, input: Input, call: Call): Promise<ConformanceResult> {
  const { operatorId } = sandboxKeyOf(call);
  return await db.transaction(async (tx) => {
    await actForTenant(tx, operatorId);
    await lockRuns(tx, operatorId);
    await refuseClosed(tx, input.runId);
    const situations = await situationsOf(tx, input.runId);
    refuseStrangers(input, situations);
    await decide(tx, input, situations);
    const result = resultOf(input.runId, await situationsOf(tx, input.runId));
    if (result.state !== 'open') await end(tx, result, call);
    return result;
  });
}

async function refuseClosed(tx: Tx, runId: string): Promise<void> {
  const { rows } = await tx.query<{ state: string; is_over: boolean }>(
    'SELECT state, expires_at <= clock_timestamp() AS is_over FROM conformance_runs WHERE id = $1',
    [runId],
  );
  const [run] = rows;
  if (run === undefined) throw notFound('runId', 'There is no such run');
  if (run.state !== 'open') throw conflict('runId', `The run is over: ${run.state}`);
  if (run.is_over) throw conflict('runId', 'The run has expired: start another');
}

async function situationsOf(tx: Tx, runId: string): Promise<SituationRow[]> {
  const { rows } = await tx.query<SituationRow>(
    'SELECT id, vector, decision, failure FROM conformance_situations WHERE run_id = $1 ORDER BY vector',
    [runId],
  );
  return rows;
}

function refuseStrangers({ decisions }: Input, situations: readonly SituationRow[]): void {
  const known = new Set(situations.map(({ id }) => id));
  const seen = new Set<string>();
  const details: ErrorDetail[] = [];
  for (const [index, { id }] of decisions.entries()) {
    const path = `decisions[${index}].id`;
    if (!known.has(id)) details.push({ path, message: 'not a situation of this run' });
    else if (seen.has(id)) details.push({ path, message: 'decided twice' });
    seen.add(id);
  }
  const [first] = details;
  if (first === undefined) return;
  throw new KingaError('INVALID_INPUT', `${first.path}: ${first.message}`, { details });
}

/** The first word counts: what is wrong is told, and could otherwise be put right. */
async function decide(
  tx: Tx,
  { runId, decisions }: Input,
  situations: readonly SituationRow[],
): Promise<void> {
  const open = new Map(situations.filter(({ decision }) => decision === null).map((row) => [row.id, row]));
  const news = decisions.filter(({ id }) => open.has(id));
  const seen = await evidenceOf(
    tx,
    runId,
    news.map(({ id }) => id),
  );
  const failures = news.map((decided) => {
    const vector = BY_ID.get(open.get(decided.id)?.vector ?? '');
    // Of an edition of the suite before this one.
    if (vector === undefined) return 'the suite has changed: start another run';
    return judge(vector, decided, seen.get(decided.id) ?? []) ?? null;
  });
  await tx.query(
    `UPDATE conformance_situations s
     SET decision = told.decision, failure = told.failure, decided_at = clock_timestamp()
     FROM unnest($2::text[], $3::text[], $4::text[]) AS told (id, decision, failure)
     WHERE s.run_id = $1 AND s.id = told.id`,
    [runId, news.map(({ id }) => id), news.map(({ decision }) => decision), failures],
  );
}

/** What was really asked since the run began, by any key of the operator's sandbox. */
async function evidenceOf(
  tx: Tx,
  runId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly Evidence[]>> {
  const { rows } = await tx.query<{ id: string; check_id: string; purpose: string }>(
    `SELECT s.id, c.id AS check_id, c.purpose
     FROM conformance_situations s
     JOIN conformance_runs r ON r.id = s.run_id
     JOIN sandbox_checks c
       ON c.tenant_id = s.tenant_id AND c.subject = ANY(s.keys) AND c.at >= r.started_at
     WHERE s.run_id = $1 AND s.id = ANY($2)`,
    [runId, ids],
  );
  const seen = new Map<string, Evidence[]>();
  for (const { id, check_id: checkId, purpose } of rows) {
    seen.set(id, [...(seen.get(id) ?? []), { checkId, purpose }]);
  }
  return seen;
}

function resultOf(runId: string, situations: readonly SituationRow[]): ConformanceResult {
  const open = situations.filter(({ decision }) => decision === null).length;
  const failed = situations.flatMap(({ id, vector: name, failure }) => {
    if (failure === null) return [];
    const vector = BY_ID.get(name);
    return [
      { id, vector: name, title: vector?.title ?? '', covers: [...(vector?.covers ?? [])], why: failure },
    ];
  });
  const state = open > 0 ? 'open' : failed.length === 0 ? 'passed' : 'failed';
  return { runId, state, passed: situations.length - open - failed.length, open, failed };
}

async function end(tx: Tx, { runId, state, passed, failed }: ConformanceResult, call: Call): Promise<void> {
  const { operatorId } = sandboxKeyOf(call);
  await tx.query('UPDATE conformance_runs SET state = $2, ended_at = clock_timestamp() WHERE id = $1', [
    runId,
    state,
  ]);
  await removeRecords(tx, [runId]);
  if (state === 'passed') {
    await tx.query('INSERT INTO conformance_certificates (run_id, tenant_id, vectors) VALUES ($1, $2, $3)', [
      runId,
      operatorId,
      passed,
    ]);
  }
  const { actor, requestId } = call;
  const details = { operatorId, passed, failed: failed.map(({ vector }) => vector) };
  await recordAudit(tx, { actor, requestId, action: `conformance.${state}`, subject: runId, details });
}
