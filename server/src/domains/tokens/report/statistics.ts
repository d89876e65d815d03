import { invalidInput, type KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { TokenState, TokenStatistics, tokens } from '@kinga/shared/tokens/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { momentOf, ZONE } from '../../../platform/call/instants.ts';
import type { Database } from '../../../platform/db/database.ts';
import { actForEveryTenant, actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { boundTo } from '../operator.ts';

const DAYS_USUAL = 30;
const DAYS_MAX = 92;

type Input = ParsedInputOf<typeof tokens.statistics>;

/** Tokens and their use. An operator sees its own; staff one operator's, or everybody's page by page. */
export async function readStatistics(
  db: Database,
  input: Input,
  call: Call,
): Promise<OutputOf<typeof tokens.statistics>> {
  const owner = boundTo(call);
  if (owner !== undefined && input.operatorId !== undefined && input.operatorId !== owner.operatorId) {
    throw unknownOperator();
  }
  const only = owner === undefined ? input.operatorId : owner.operatorId;
  return await db.transaction(async (tx) => {
    if (owner === undefined) await actForEveryTenant(tx);
    else await actForTenant(tx, owner.operatorId);
    const period = await periodOf(tx, input);
    const operators = await tx.query<{ id: string }>(
      `SELECT id FROM operators WHERE NOT internal AND ($1::text IS NULL OR id = $1) AND ($2::text IS NULL OR id > $2)
       ORDER BY id LIMIT ${PAGE_SIZE + 1}`,
      [only ?? null, input.cursor ?? null],
    );
    if (only !== undefined && input.cursor === undefined && operators.rows.length === 0)
      throw unknownOperator();
    const ids = operators.rows.slice(0, PAGE_SIZE).map(({ id }) => id);
    const items = await figuresOf(tx, ids, period);
    const last = ids.at(-1);
    return operators.rows.length > PAGE_SIZE && last ? { items, nextCursor: last } : { items };
  });
}

function unknownOperator(): KingaError {
  return notFound('operatorId', 'There is no such operator');
}

interface Period {
  readonly from: string;
  readonly to: string;
}

async function periodOf(tx: Tx, { from, to }: Input): Promise<Period> {
  const { rows } = await tx.query<{ today: string }>(
    `SELECT (clock_timestamp() AT TIME ZONE '${ZONE}')::date::text AS today`,
  );
  const last = momentOf('to', to ?? rows[0]?.today ?? '');
  const first = from === undefined ? last.minus({ days: DAYS_USUAL - 1 }) : momentOf('from', from);
  const days = last.diff(first, 'days').days + 1;
  if (days < 1) throw invalidInput('from', 'after the last day');
  if (days > DAYS_MAX) throw invalidInput('from', `at most ${DAYS_MAX} days`);
  return { from: first.toISODate() ?? '', to: last.toISODate() ?? '' };
}

interface DayRow {
  readonly tenant_id: string;
  readonly day: string;
  readonly issued: number;
  readonly validated: number;
  readonly hits: number;
}

const STATES_SQL = `
  SELECT tenant_id, state, count(*)::float8 AS count FROM tokens
  WHERE tenant_id = ANY($1::text[]) GROUP BY tenant_id, state`;

const CUSTOMERS_SQL = `
  SELECT tenant_id, count(*)::float8 AS count FROM token_customers
  WHERE tenant_id = ANY($1::text[]) GROUP BY tenant_id`;

const DAYS_SQL = `
  SELECT tenant_id, day::text AS day, sum(issued)::float8 AS issued, sum(validated)::float8 AS validated,
         sum(hits)::float8 AS hits
  FROM (
    SELECT tenant_id, day, 0 AS issued, validated, hits FROM token_daily
    WHERE tenant_id = ANY($1::text[]) AND day BETWEEN $2::date AND $3::date
    UNION ALL
    SELECT tenant_id, (issued_at AT TIME ZONE '${ZONE}')::date, count(*), 0, 0 FROM tokens
    WHERE tenant_id = ANY($1::text[]) AND issued_at >= $2::date::timestamp AT TIME ZONE '${ZONE}'
      AND issued_at < ($3::date + 1)::timestamp AT TIME ZONE '${ZONE}'
    GROUP BY 1, 2
  ) AS days GROUP BY 1, 2 ORDER BY 1, 2`;

async function figuresOf(tx: Tx, ids: readonly string[], { from, to }: Period): Promise<TokenStatistics[]> {
  const states = await tx.query<{ tenant_id: string; state: TokenState; count: number }>(STATES_SQL, [ids]);
  const customers = await tx.query<{ tenant_id: string; count: number }>(CUSTOMERS_SQL, [ids]);
  const days = await tx.query<DayRow>(DAYS_SQL, [ids, from, to]);
  return ids.map((operatorId) => {
    const inState = (state: TokenState) =>
      states.rows.find((row) => row.tenant_id === operatorId && row.state === state)?.count ?? 0;
    return {
      operatorId,
      active: inState('active'),
      rotated: inState('rotated'),
      revoked: inState('revoked'),
      compromised: inState('compromised'),
      customers: customers.rows.find((row) => row.tenant_id === operatorId)?.count ?? 0,
      days: days.rows
        .filter((row) => row.tenant_id === operatorId)
        .map(({ day, issued, validated, hits }) => ({ day, issued, validated, hits })),
    };
  });
}
