import type { Database } from '../../../platform/db/database.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import { WORKS } from '../memory/load.ts';

/** More would only make PostgreSQL slower for those who wait already. */
const ASKING_MAX = 50;
const ASK_MS = 500;

/** A token as PostgreSQL knows it. */
export interface Stored {
  readonly operatorId: string;
  readonly handle: string;
  readonly works: boolean;
  /** As latin1. */
  readonly keys: readonly string[];
}

interface Row {
  readonly hash: Buffer;
  readonly tenant_id: string;
  readonly subject_id: string;
  readonly works: boolean;
  readonly keys: Buffer;
}

const SQL = `
  SELECT t.hash, t.tenant_id, t.subject_id, ${WORKS} AS works, s.keys
  FROM tokens t JOIN token_subjects s ON s.id = t.subject_id WHERE t.hash = ANY($1::bytea[])`;

/** Asks PostgreSQL about tokens this node does not know, or may not believe itself about. */
export class TokenQuestions {
  readonly #db: Database;
  readonly #askingOf = new Map<string, number>();
  #asking = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** By hash as latin1. Undefined when there is no answer in time, or too many wait for one already. */
  async ask(hashes: readonly string[], operatorId: string): Promise<Map<string, Stored> | undefined> {
    if (!this.#hasPlace(operatorId)) return undefined;
    this.#count(operatorId, 1);
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, ASK_MS);
    const answer = this.#stored(hashes)
      .catch(() => undefined)
      .finally(() => {
        // Counted until PostgreSQL has answered, even if nobody waits any more.
        this.#count(operatorId, -1);
      });
    const stored = await Promise.race([answer, late]);
    clearTimeout(timer);
    return stored;
  }

  /** At most half of what the others leave: who makes tokens up must not take every place. */
  #hasPlace(operatorId: string): boolean {
    const own = this.#askingOf.get(operatorId) ?? 0;
    return 2 * own < ASKING_MAX - (this.#asking - own);
  }

  #count(operatorId: string, change: number): void {
    this.#asking += change;
    const own = (this.#askingOf.get(operatorId) ?? 0) + change;
    if (own === 0) this.#askingOf.delete(operatorId);
    else this.#askingOf.set(operatorId, own);
  }

  async #stored(hashes: readonly string[]): Promise<Map<string, Stored>> {
    const rows = await this.#db.transaction(async (tx) => {
      await actForEveryTenant(tx);
      return (await tx.query<Row>(SQL, [hashes.map((hash) => Buffer.from(hash, 'latin1'))])).rows;
    });
    return new Map(
      rows.map(({ hash, tenant_id, subject_id, works, keys }) => [
        hash.toString('latin1'),
        { operatorId: tenant_id, handle: subject_id, works, keys: keysIn(keys) },
      ]),
    );
  }
}

function keysIn(keys: Buffer): string[] {
  return Array.from({ length: keys.length / 16 }, (_, i) => keys.toString('latin1', i * 16, i * 16 + 16));
}
