import type { Revocation } from '../call/authenticator.ts';
import type { Platform } from '../context.ts';
import { ADVISORY_LOCKS } from '../db/advisory-locks.ts';
import { Tail } from '../db/tail.ts';
import type { Tx } from '../db/tx.ts';
import type { Service } from '../lifecycle/service.ts';

const CHANNEL = 'kinga_revocations';
const BUS_CHANNEL = 'revocations';
/** Held from giving a seq to the commit, so that no reader sees a later one before an earlier. */
const REVOCATION_LOCK = ADVISORY_LOCKS.revocation;
/** A node that has not heard from PostgreSQL for this long asks it before it lets somebody in. */
const STALE_MS = 1_000;
/**
 * How long a revocation is remembered: longer than an access token lives. After that the token is expired
 * anyway, and a key's own row says that it is revoked.
 */
export const REMEMBERED_SECONDS = 20 * 60;
const SESSION_ROWS_KEPT = '1 day';
const PRUNE_EVERY_MS = 3_600_000;
const BATCH = 1_000;

export interface Revocations extends Service {
  /**
   * In the transaction of the row it speaks of, as its last statement: the lock it takes is held to the commit.
   */
  revoke(tx: Tx, revocation: Revocation): Promise<void>;
  /** Called once per revocation, on every node, within a second of the commit. Returns how to stop. */
  onRevoked(listener: (revocation: Revocation) => void): () => void;
  /** Called when the database has another history than it had: what was read from it before may not be so. */
  onRestored(listener: () => void): void;
  /** From memory: what this node has heard of. */
  isRevoked(kind: Revocation['kind'], id: string): boolean;
  /** Is memory up to date? If not, whoever lets somebody in asks PostgreSQL. */
  isFresh(): boolean;
  /**
   * After the commit: this node knows at once, so that what it acknowledges is true on it, and the others are
   * told to look now. Losing that message costs them a moment, nothing else.
   */
  announce(revocation: Revocation): void;
}

interface Row {
  seq: string;
  kind: Revocation['kind'];
  subject_id: string;
  change: string | null;
}

/** What is good no longer, known on every node by its own tail of the table; Redis only hastens. */
export function createRevocations(platform: Platform): Revocations {
  const memory = new RecentRevocations();
  const listeners = new Set<(revocation: Revocation) => void>();
  const apply = (revocation: Revocation) => {
    if (!memory.add(revocation)) return;
    for (const listener of listeners) {
      try {
        listener(revocation);
      } catch (error) {
        // One listener's trouble must not keep the others' sockets open.
        platform.log.error({ err: error, kind: revocation.kind }, 'a revocation was not acted upon');
      }
    }
  };
  const restored: (() => void)[] = [];
  const reader = new Reader(apply, () => {
    for (const listener of restored) listener();
  });
  const tail = new Tail({
    db: platform.db,
    log: platform.log,
    name: 'revocations',
    channel: CHANNEL,
    head: `SELECT concat_ws(' ', epoch, (SELECT max(seq) FROM revocations)) FROM database_epoch`,
    read: (tx) => reader.read(tx),
  });
  let unsubscribe: (() => void) | undefined;
  return {
    name: 'revocations',
    async start() {
      unsubscribe = platform.bus.subscribe(BUS_CHANNEL, () => tail.wake());
      await tail.start();
    },
    async stop() {
      unsubscribe?.();
      await tail.stop();
    },
    revoke: insertRevocation,
    onRevoked(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onRestored: (listener) => void restored.push(listener),
    isRevoked: (kind, id) => memory.has({ kind, id }),
    isFresh: () => tail.ageMs() < STALE_MS,
    announce(revocation) {
      apply(revocation);
      platform.bus.publish(BUS_CHANNEL, '');
    },
  };
}

async function insertRevocation(tx: Tx, revocation: Revocation): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [REVOCATION_LOCK]);
  await tx.query('INSERT INTO revocations (kind, subject_id, change) VALUES ($1, $2, $3)', [
    revocation.kind,
    revocation.id,
    revocation.change ?? null,
  ]);
  await tx.query(`SELECT pg_notify('${CHANNEL}', '')`);
}

class Reader {
  readonly #found: (revocation: Revocation) => void;
  readonly #restored: () => void;
  #seq = -1;
  #epoch = '';
  #prunedAtMs = Number.NEGATIVE_INFINITY;

  constructor(found: (revocation: Revocation) => void, restored: () => void) {
    this.#found = found;
    this.#restored = restored;
  }

  async read(tx: Tx): Promise<void> {
    const { head, epoch } = await headOf(tx);
    // The first time, and when the table is of another history (a restored backup): what is recent.
    const isAnother = this.#epoch !== '' && (epoch !== this.#epoch || head < this.#seq);
    if (this.#seq < 0 || isAnother) await this.#load(tx, head);
    if (isAnother) this.#restored();
    this.#epoch = epoch;
    while (this.#seq < head) {
      const { rows } = await tx.query<Row>(
        'SELECT seq, kind, subject_id, change FROM revocations WHERE seq > $1 ORDER BY seq LIMIT $2',
        [this.#seq, BATCH],
      );
      for (const row of rows) this.#take(row);
      if (rows.length < BATCH) break;
    }
    await this.#prune(tx);
  }

  async #load(tx: Tx, head: number): Promise<void> {
    const { rows } = await tx.query<Row>(
      `SELECT seq, kind, subject_id, change FROM revocations
       WHERE seq <= $1 AND at > statement_timestamp() - make_interval(secs => $2) ORDER BY seq`,
      [head, REMEMBERED_SECONDS],
    );
    for (const row of rows) this.#found(revocationOf(row));
    this.#seq = head;
  }

  #take(row: Row): void {
    this.#found(revocationOf(row));
    this.#seq = Number(row.seq);
  }

  async #prune(tx: Tx): Promise<void> {
    if (performance.now() - this.#prunedAtMs < PRUNE_EVERY_MS) return;
    this.#prunedAtMs = performance.now();
    await tx.query(
      `DELETE FROM revocations
       WHERE kind <> 'key' AND at < statement_timestamp() - interval '${SESSION_ROWS_KEPT}'
         AND seq < (SELECT max(seq) FROM revocations)`,
    );
  }
}

async function headOf(tx: Tx): Promise<{ head: number; epoch: string }> {
  const { rows } = await tx.query<{ head: string; epoch: string }>(
    'SELECT epoch, (SELECT coalesce(max(seq), 0) FROM revocations) AS head FROM database_epoch',
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the database has no epoch');
  return { head: Number(row.head), epoch: row.epoch };
}

/** Remembers for as long as it can matter, and not longer: two generations, the older dropped as a whole. */
class RecentRevocations {
  #young = new Set<string>();
  #old = new Set<string>();
  #turnedAtMs = performance.now();

  /** False when it was known already. */
  add(revocation: Revocation): boolean {
    this.#turn();
    if (this.has(revocation)) return false;
    this.#young.add(nameOf(revocation));
    return true;
  }

  has(revocation: Revocation): boolean {
    const name = nameOf(revocation);
    return this.#young.has(name) || this.#old.has(name);
  }

  #turn(): void {
    const nowMs = performance.now();
    if (nowMs - this.#turnedAtMs < REMEMBERED_SECONDS * 1000) return;
    this.#old = this.#young;
    this.#young = new Set();
    this.#turnedAtMs = nowMs;
  }
}

function revocationOf({ kind, subject_id, change }: Row): Revocation {
  return change === null ? { kind, id: subject_id } : { kind, id: subject_id, change };
}

function nameOf({ kind, id, change }: Revocation): string {
  return change === undefined ? `${kind}:${id}` : `${kind}:${id}:${change}`;
}
