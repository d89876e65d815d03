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

/** The keys of one row of rotations: each was made in the place of the one before. */
export const LINE = 'coalesce(rotated_from, id)';

/**
 * The blocks in force. A key is blocked with every other of its row of rotations: whoever is blocked has a new one
 * made in its place, or goes on with the old one that is still good for a while.
 */
export const BLOCKED = `
  blocked (key_id, until) AS (
    SELECT k.id, b.until
    FROM (SELECT key_id, until FROM screening_blocks
          WHERE lifted_at IS NULL AND until > statement_timestamp()) b
    CROSS JOIN LATERAL (SELECT ${LINE} AS first FROM api_keys WHERE id = b.key_id) l
    JOIN api_keys k ON k.id = l.first OR k.rotated_from = l.first
  )`;

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
