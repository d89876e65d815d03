import { setTimeout as delay } from 'node:timers/promises';
import type { Platform } from '../../platform/context.ts';
import { actForEveryTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';
import type { Service } from '../../platform/lifecycle/service.ts';
import type { KeyCounts, KeyState } from './keys.ts';
import type { Sampling } from './sampling.ts';
import type { Screen } from './screen.ts';

const EVERY_MS = 1_000;
/** The figures of the keys are of a minute each. */
const FIGURES_EVERY_MS = 5_000;
const PRUNE_EVERY_MS = 60_000;
/** People asked about often; more than these would be no person's question any more. */
const OFTEN_MAX = 10_000;
/** Rows of the other nodes read in one turn. */
const READ_MAX = 10_000;
/** What a node counts is of an hour and a slot. */
const COUNTED = '65 minutes';

interface Often {
  readonly key: KeyState;
  readonly subject: string;
  /** What the other nodes know. */
  told: number;
}

interface ElsewhereRow {
  readonly tenant_id: string;
  readonly subject: Buffer;
  readonly questions: number;
}

/**
 * What the nodes tell each other, every second and through PostgreSQL: how often people are asked about who are
 * asked about often, so that a limit holds over all nodes but for what they are asked within that second; how many
 * different people each operator asks about (see sampling.ts); and, more seldom, what each key asked, for the figures.
 */
export class Exchange implements Service {
  readonly name = 'screening-exchange';
  readonly #platform: Platform;
  readonly #screen: Screen;
  readonly #sampling: Sampling;
  readonly #often = new Map<string, Often>();
  /** The database's time up to which the other nodes' rows are known. */
  #readUntil = new Date(0);
  #prunedAtMs = 0;
  #figuresAtMs = Number.NEGATIVE_INFINITY;
  #isLate = false;
  #ending: AbortController | undefined;
  #running: Promise<void> | undefined;

  constructor(platform: Platform, screen: Screen, sampling: Sampling) {
    this.#platform = platform;
    this.#screen = screen;
    this.#sampling = sampling;
  }

  often(key: KeyState, subject: string): void {
    const name = key.operator.id + subject.slice(0, 16);
    if (this.#often.has(name) || this.#often.size >= OFTEN_MAX) return;
    this.#often.set(name, { key, subject: subject.slice(0, 16), told: 0 });
  }

  async start(): Promise<void> {
    this.#ending = new AbortController();
    this.#running = this.#run(this.#ending.signal);
  }

  async stop(): Promise<void> {
    this.#ending?.abort();
    await this.#running;
    if (!this.#isLate) await this.#turn(true);
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#turn();
      await delay(EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #turn(isLast = false): Promise<void> {
    const asked = this.#areFiguresDue(isLast) ? this.#takeCounts() : [];
    const news = this.#news();
    try {
      const told = await this.#platform.db.transaction(async (tx) => {
        await actForEveryTenant(tx);
        await this.#tellPeople(tx, news);
        await this.#readPeople(tx);
        const sketched = await this.#sampling.exchange(tx, isLast);
        await tellActivity(tx, asked);
        await this.#prune(tx);
        return sketched;
      });
      // After the commit: what was not told is told again.
      for (const { often, count } of news) often.told = count;
      told();
      this.#isLate = false;
    } catch (error) {
      for (const { key, counts } of asked) addCounts(key, counts);
      // Once for all the turns until it works again.
      if (!this.#isLate) this.#platform.log.warn({ err: error }, 'what keys ask could not be exchanged');
      this.#isLate = true;
    }
  }

  /** Each statement of a turn takes the processor from an answer; what was found is worth one, ordinary figures wait. */
  #areFiguresDue(isLast: boolean): boolean {
    const now = performance.now();
    const isDue = isLast || now - this.#figuresAtMs >= FIGURES_EVERY_MS || this.#hasFound();
    if (isDue) this.#figuresAtMs = now;
    return isDue;
  }

  #hasFound(): boolean {
    for (const { followed, overLimit, refused } of this.#screen.keys.all()) {
      if (followed + overLimit + refused > 0) return true;
    }
    return false;
  }

  #takeCounts(): Asked[] {
    const asked: Asked[] = [];
    for (const key of this.#screen.keys.all()) {
      const { questions, followed, overLimit, refused } = key;
      if (questions + refused === 0) continue;
      asked.push({ key, counts: { questions, followed, overLimit, refused } });
      addCounts(key, {
        questions: -questions,
        followed: -followed,
        overLimit: -overLimit,
        refused: -refused,
      });
    }
    return asked;
  }

  #news(): News[] {
    const { people } = this.#screen;
    const nowMs = performance.now();
    const news: News[] = [];
    for (const [name, often] of this.#often) {
      const count = people.ownCountAt(people.placeOf(often.key.operator.seed, often.subject, nowMs));
      if (count !== often.told) news.push({ name, often, count });
      else if (count === 0) this.#often.delete(name);
    }
    return news.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async #tellPeople(tx: Tx, news: readonly News[]): Promise<void> {
    if (news.length === 0) return;
    await tx.query(TELL_SQL, [
      news.map(({ often }) => often.key.operator.id),
      news.map(({ often }) => Buffer.from(often.subject, 'latin1')),
      news.map(({ count }) => count),
      this.#platform.node,
    ]);
  }

  async #readPeople(tx: Tx): Promise<void> {
    const { rows: changed } = await tx.query<{ until: Date | null }>(
      `SELECT max(at) AS until FROM screening_people WHERE at > $1 AND node <> $2`,
      [this.#readUntil, this.#platform.node],
    );
    const until = changed[0]?.until;
    if (!until) return;
    const { rows } = await tx.query<ElsewhereRow>(READ_SQL, [this.#readUntil, this.#platform.node]);
    const { people, keys } = this.#screen;
    const nowMs = performance.now();
    for (const { tenant_id, subject, questions } of rows) {
      const { seed } = keys.operator(tenant_id);
      people.setElsewhere(people.placeOf(seed, subject.toString('latin1'), nowMs), questions);
    }
    // A transaction that began before it may commit after it.
    this.#readUntil = new Date(until.getTime() - 2 * EVERY_MS);
  }

  async #prune(tx: Tx): Promise<void> {
    if (performance.now() - this.#prunedAtMs < PRUNE_EVERY_MS) return;
    this.#prunedAtMs = performance.now();
    this.#screen.keys.forgetIdle(performance.now());
    await tx.query(`DELETE FROM screening_people WHERE at < statement_timestamp() - interval '2 hours'`);
    await tx.query(`DELETE FROM screening_sketches WHERE at < statement_timestamp() - interval '1 day'`);
    await tx.query(
      `DELETE FROM screening_activity WHERE minute < statement_timestamp() - interval '25 hours'`,
    );
  }
}

interface News {
  readonly name: string;
  readonly often: Often;
  readonly count: number;
}

interface Asked {
  readonly key: KeyState;
  readonly counts: KeyCounts;
}

function addCounts(key: KeyState, { questions, followed, overLimit, refused }: KeyCounts): void {
  key.questions += questions;
  key.followed += followed;
  key.overLimit += overLimit;
  key.refused += refused;
}

/** A node's own whole count: told again, or after a failure, it is the same. */
const TELL_SQL = `
  INSERT INTO screening_people (tenant_id, subject, node, questions, at)
  SELECT tenant_id, subject, $4, questions, clock_timestamp()
  FROM unnest($1::text[], $2::bytea[], $3::int[]) AS told (tenant_id, subject, questions)
  ON CONFLICT (tenant_id, subject, node) DO UPDATE SET questions = excluded.questions, at = excluded.at`;

const READ_SQL = `
  SELECT tenant_id, subject, sum(questions)::int AS questions FROM screening_people
  WHERE node <> $2 AND at > statement_timestamp() - interval '${COUNTED}' AND (tenant_id, subject) IN (
    SELECT tenant_id, subject FROM screening_people WHERE at > $1 AND node <> $2 ORDER BY at DESC LIMIT ${READ_MAX})
  GROUP BY tenant_id, subject`;

/** In the order of the keys, so that two nodes never wait for each other. */
const ACTIVITY_SQL = `
  INSERT INTO screening_activity AS known (tenant_id, key_id, minute, questions, followed, over_limit, refused)
  SELECT k.tenant_id, k.id, date_trunc('minute', clock_timestamp()), questions, followed, over_limit, refused
  FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
    AS told (key_id, questions, followed, over_limit, refused)
  JOIN api_keys k ON k.id = told.key_id ORDER BY k.id
  ON CONFLICT (key_id, minute) DO UPDATE
  SET questions = known.questions + excluded.questions, followed = known.followed + excluded.followed,
      over_limit = known.over_limit + excluded.over_limit, refused = known.refused + excluded.refused`;

async function tellActivity(tx: Tx, asked: readonly Asked[]): Promise<void> {
  if (asked.length === 0) return;
  await tx.query(ACTIVITY_SQL, [
    asked.map(({ key }) => key.id),
    asked.map(({ counts }) => counts.questions),
    asked.map(({ counts }) => counts.followed),
    asked.map(({ counts }) => counts.overLimit),
    asked.map(({ counts }) => counts.refused),
  ]);
}
