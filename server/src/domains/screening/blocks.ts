import type { Platform } from '../../platform/context.ts';
import { Tail } from '../../platform/db/tail.ts';
import type { Tx } from '../../platform/db/tx.ts';
import type { Service } from '../../platform/lifecycle/service.ts';

export const CHANNEL = 'kinga_screening';

/**
 * How long a key that scanned is blocked, if nobody ends it before: long enough that what can be scanned between
 * two blocks is next to nothing, short enough that an operator who was wronged is not out of business for a day.
 */
export const BLOCK_MS = 15 * 60_000;

/**
 * Are two keys of one operator, by their aliases, blocked together? Those of one row of rotations are: whoever is
 * blocked has a new one made in its place, or goes on with the old one that is still good for a while. So are all that
 * an operator issued itself: it may have a stock of them.
 */
const isOne = (one: string, other: string) => `
  ${other}.tenant_id = ${one}.tenant_id AND (
    coalesce(${other}.rotated_from, ${other}.id) = coalesce(${one}.rotated_from, ${one}.id)
    OR (${other}.self_issued AND ${one}.self_issued))`;

/** The blocks in force, each for every key that is blocked with the one that was found. */
export const BLOCKED = `
  blocked (key_id, until) AS (
    SELECT k.id, b.until
    FROM (SELECT key_id, until FROM screening_blocks
          WHERE lifted_at IS NULL AND until > statement_timestamp()) b
    JOIN api_keys o ON o.id = b.key_id
    JOIN api_keys k ON ${isOne('o', 'k')}
  )`;

/** Of the key, and of every other that is blocked with it. */
export const LIFT = `
  UPDATE screening_blocks SET lifted_at = clock_timestamp()
  WHERE lifted_at IS NULL AND until > clock_timestamp() AND key_id IN (
    SELECT k.id FROM api_keys o JOIN api_keys k ON ${isOne('o', 'k')} WHERE o.id = $1)
  RETURNING key_id`;

const BLOCKED_SQL = `
  WITH ${BLOCKED}
  SELECT key_id, max(extract(epoch FROM until - clock_timestamp()) * 1000)::float8 AS left_ms
  FROM blocked GROUP BY key_id`;

interface Own {
  readonly untilMs: number;
  /** The row has been committed, so that whoever reads now sees it. */
  isCommitted: boolean;
}

/** Which keys are blocked: at once on the node that saw it, and by the table on every node. */
export class Blocks implements Service {
  readonly name = 'screening-blocks';
  readonly #tail: Tail;
  #known = new Map<string, number>();
  /** Of this node, until they have been read from the table. */
  readonly #own = new Map<string, Own>();

  constructor({ db, log }: Platform) {
    this.#tail = new Tail({
      db,
      log,
      name: 'screening',
      channel: CHANNEL,
      head: `WITH ${BLOCKED} SELECT string_agg(concat_ws(' ', key_id, until), ',' ORDER BY key_id, until) FROM blocked`,
      read: (tx) => this.#read(tx),
    });
  }

  async start(): Promise<void> {
    await this.#tail.start();
  }

  async stop(): Promise<void> {
    await this.#tail.stop();
  }

  isBlocked(keyId: string, nowMs: number): boolean {
    if (this.#known.size === 0 && this.#own.size === 0) return false;
    return (this.#known.get(keyId) ?? 0) > nowMs || (this.#own.get(keyId)?.untilMs ?? 0) > nowMs;
  }

  /** In the turn in which it was seen; `committed` is to be called when the row is. */
  begin(keyId: string, nowMs: number): { committed(): void } {
    const own: Own = { untilMs: nowMs + BLOCK_MS, isCommitted: false };
    this.#own.set(keyId, own);
    return {
      committed: () => {
        own.isCommitted = true;
        this.#tail.wake();
      },
    };
  }

  /** Their blocks have been lifted: this node knows before its tail does. */
  end(keyIds: readonly string[]): void {
    for (const keyId of keyIds) {
      this.#known.delete(keyId);
      this.#own.delete(keyId);
    }
    this.#tail.wake();
  }

  async #read(tx: Tx): Promise<void> {
    const committed = [...this.#own].filter(([, { isCommitted }]) => isCommitted);
    const askedAtMs = performance.now();
    // Of this connection, for all its life: it reads nothing else.
    await tx.query(`SELECT set_config('kinga.tenant', '*', false)`);
    const { rows } = await tx.query<{ key_id: string; left_ms: number }>(BLOCKED_SQL);
    this.#known = new Map(rows.map(({ key_id, left_ms }) => [key_id, askedAtMs + left_ms]));
    for (const [keyId, own] of committed) if (this.#own.get(keyId) === own) this.#own.delete(keyId);
  }
}
