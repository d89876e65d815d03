import type { Database } from '../../../platform/db/database.ts';
import type { Interval } from '../log/entry.ts';
import { endedAfter, REMEMBERED_MS } from '../rules/ended.ts';
import { type Policies, type Prober, Validity, type View } from './view.ts';

/** More would only make PostgreSQL slower for those who wait already. */
const ASKING_MAX = 50;

/** The intervals of some keys, with the head and the time of the same snapshot. */
const ASK_SQL = `
  SELECT (extract(epoch FROM statement_timestamp()) * 1000)::float8 AS now_ms, h.seq::float8 AS seq, i.key,
         (extract(epoch FROM e.starts_at) * 1000)::float8 AS starts_ms,
         (extract(epoch FROM e.in_force_until) * 1000)::float8 AS ends_ms
  FROM register_head h
  LEFT JOIN (
    identifiers i
    JOIN exclusion_persons p ON p.person_id = i.person_id
    JOIN exclusions e ON e.id = p.exclusion_id
  ) ON i.key = ANY($1::bytea[])
   AND (e.in_force_until IS NULL OR e.in_force_until > statement_timestamp()
        OR ${endedAfter(`statement_timestamp() - interval '${REMEMBERED_MS} ms'`)})`;

interface AskRow {
  readonly now_ms: number;
  readonly seq: number;
  readonly key: Buffer | null;
  readonly starts_ms: number | null;
  readonly ends_ms: number | null;
}

/** Asks PostgreSQL itself when this node's replica may not be trusted in time. */
export class RegisterQuestions {
  readonly #db: Pick<Database, 'query'>;
  readonly #policies: Policies;
  #asking = 0;

  constructor(db: Pick<Database, 'query'>, policies: Policies) {
    this.#db = db;
    this.#policies = policies;
  }

  /** Undefined when there is no answer in time, or too many wait for one already. */
  async ask(keys: readonly Buffer[], timeoutMs: number): Promise<View | undefined> {
    if (this.#asking >= ASKING_MAX || timeoutMs <= 0) return undefined;
    this.#asking++;
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, timeoutMs);
    const answer = this.#view(keys)
      .catch(() => undefined)
      .finally(() => {
        // Counted until PostgreSQL has answered, even if nobody waits any more.
        this.#asking--;
      });
    const view = await Promise.race([answer, late]);
    clearTimeout(timer);
    return view;
  }

  async #view(keys: readonly Buffer[]): Promise<View | undefined> {
    const askedAt = performance.now();
    const { rows } = await this.#db.query<AskRow>(ASK_SQL, [keys]);
    const [first] = rows;
    if (first === undefined) return undefined;
    const validity = new Validity(Math.floor(first.now_ms), this.#policies.at(first.now_ms));
    return {
      prober: new RowsProber(rows),
      trust: 'full',
      lower: first.now_ms,
      upper: first.now_ms + (performance.now() - askedAt),
      quietSince: first.now_ms - validity.quietMs,
      knowsQuiet: true,
      seq: first.seq,
      validity,
    };
  }
}

class RowsProber implements Prober {
  pendingStartsAt = Number.POSITIVE_INFINITY;
  readonly #intervals = new Map<string, Interval[]>();

  constructor(rows: readonly AskRow[]) {
    for (const { key, starts_ms: startsAt, ends_ms: endsAt } of rows) {
      if (key === null || startsAt === null) continue;
      const text = key.toString('latin1');
      this.#intervals.set(text, [...(this.#intervals.get(text) ?? []), { startsAt, endsAt }]);
    }
  }

  probe(text: string, lower: number, upper: number): boolean {
    this.pendingStartsAt = Number.POSITIVE_INFINITY;
    let active = false;
    for (const { startsAt, endsAt } of this.#intervals.get(text.slice(0, 16)) ?? []) {
      if (startsAt > upper) this.pendingStartsAt = Math.min(this.pendingStartsAt, startsAt);
      else if (endsAt === null || endsAt > lower) active = true;
    }
    return active;
  }
}
