import { KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import { ACTIVE_KEYS_MAX, BLOCKS_MAX, type Block, type screening } from '@kinga/shared/screening/contract.ts';
import type { Call } from '../../platform/call/handler.ts';
import type { Platform } from '../../platform/context.ts';
import { actForEveryTenant, actForTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { BLOCKED, type Blocks, CHANNEL, LIFT } from './blocks.ts';

type Activity = OutputOf<typeof screening.activity>;

interface KeyRow extends Record<'h1' | 'h2' | 'h3' | 'h4' | 'd1' | 'd2' | 'd3' | 'd4', number> {
  readonly id: string;
  readonly mode: Activity['keys'][number]['mode'];
  readonly blocked_until: Date | null;
}

const COUNTS = ['questions', 'followed', 'over_limit', 'refused'] as const;
const hour = (column: string) =>
  `coalesce(sum(a.${column}) FILTER (WHERE a.minute > statement_timestamp() - interval '1 hour'), 0)::float8`;
const day = (column: string) => `coalesce(sum(a.${column}), 0)::float8`;

const KEYS_SQL = `
  WITH ${BLOCKED}
  SELECT k.id, k.mode, b.until AS blocked_until,
         ${COUNTS.map((column, i) => `${hour(column)} AS h${i + 1}`).join(', ')},
         ${COUNTS.map((column, i) => `${day(column)} AS d${i + 1}`).join(', ')}
  FROM api_keys k
  LEFT JOIN screening_activity a ON a.key_id = k.id AND a.minute > statement_timestamp() - interval '24 hours'
  LEFT JOIN (SELECT key_id, max(until) AS until FROM blocked GROUP BY key_id) b ON b.key_id = k.id
  WHERE k.tenant_id = $1
  GROUP BY k.id, b.until
  HAVING count(a.key_id) > 0 OR b.until IS NOT NULL
  ORDER BY d1 DESC, k.id LIMIT ${ACTIVE_KEYS_MAX}`;

export async function readActivity({ db }: Platform, operatorId: string): Promise<Activity> {
  return await db.transaction(async (tx) => {
    const { rows: known } = await tx.query<{ now: Date }>(
      'SELECT clock_timestamp() AS now FROM operators WHERE id = $1',
      [operatorId],
    );
    const [operator] = known;
    if (operator === undefined) throw notFound('operatorId', 'There is no such operator');
    await actForTenant(tx, operatorId);
    const { rows: keys } = await tx.query<KeyRow>(KEYS_SQL, [operatorId]);
    return {
      operatorId,
      asOf: operator.now.toISOString(),
      keys: keys.map((row) => ({
        keyId: row.id,
        mode: row.mode,
        blockedUntil: row.blocked_until?.toISOString() ?? null,
        lastHour: { questions: row.h1, followed: row.h2, overLimit: row.h3, refused: row.h4 },
        lastDay: { questions: row.d1, followed: row.d2, overLimit: row.d3, refused: row.d4 },
      })),
      blocks: await readBlocks(tx, operatorId),
    };
  });
}

async function readBlocks(tx: Tx, operatorId: string): Promise<Block[]> {
  const { rows } = await tx.query<{
    id: string;
    key_id: string;
    since: Date;
    until: Date;
    lifted_at: Date | null;
  }>(
    `SELECT id, key_id, since, until, lifted_at FROM screening_blocks WHERE tenant_id = $1
     ORDER BY id DESC LIMIT ${BLOCKS_MAX}`,
    [operatorId],
  );
  return rows.map(({ id, key_id, since, until, lifted_at }) => ({
    id,
    keyId: key_id,
    since: since.toISOString(),
    until: until.toISOString(),
    liftedAt: lifted_at?.toISOString() ?? null,
  }));
}

/** The other nodes hear of it as they hear of a block. */
export async function unblock(
  { db }: Platform,
  blocks: Blocks,
  { keyId }: ParsedInputOf<typeof screening.unblock>,
  { actor, requestId }: Call,
): Promise<OutputOf<typeof screening.unblock>> {
  const lifted = await db.transaction(async (tx) => {
    await actForEveryTenant(tx);
    const { rowCount: known } = await tx.query('SELECT FROM api_keys WHERE id = $1', [keyId]);
    if (known === 0) throw notFound('keyId', 'There is no such key');
    const { rows } = await tx.query<{ key_id: string }>(LIFT, [keyId]);
    if (rows.length === 0) return [];
    await recordAudit(tx, { actor, requestId, action: 'key.unblocked', subject: keyId });
    await tx.query(`SELECT pg_notify('${CHANNEL}', '')`);
    return rows.map(({ key_id }) => key_id);
  });
  blocks.end([keyId, ...lifted]);
  return { keyId, wasBlocked: lifted.length > 0 };
}

/** Whoever is blocked does not get another key to go on with: until the last block of the operator is over. */
export async function refuseWhileBlocked(tx: Tx, operatorId: string): Promise<void> {
  await actForTenant(tx, operatorId);
  const { rows } = await tx.query<{ left_ms: number | null }>(
    `SELECT (extract(epoch FROM max(until) - statement_timestamp()) * 1000)::float8 AS left_ms
     FROM screening_blocks
     WHERE tenant_id = $1 AND lifted_at IS NULL AND until > statement_timestamp()`,
    [operatorId],
  );
  const leftMs = rows[0]?.left_ms ?? null;
  if (leftMs === null) return;
  throw new KingaError('RATE_LIMITED', 'A key of the operator is blocked: not before that is over', {
    retryAfterMs: Math.ceil(leftMs),
  });
}
