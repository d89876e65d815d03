import { decodeKeys, type Interval } from '@kinga/server/domains/exclusions/log/entry.ts';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Period } from '@kinga/shared/exclusions/contract.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPeople } from '../../support/people.ts';
import { probe } from '../../support/probe.ts';
import { brokenAt } from '../support.ts';
import { openPeople, type PeopleWorld } from './support.ts';

let world: PeopleWorld;
/** Of every entry the follower applied: which keys its replica then held to be excluded. */
const seen = new Map<number, ReadonlySet<string>>();
let watched: readonly string[] = [];

beforeAll(async () => {
  world = await openPeople();
  world.follower.exclusions.onApplied(({ seq }) => {
    const { exclusions } = world.follower;
    seen.set(seq, new Set(watched.filter((hex) => exclusions.seemsExcluded([Buffer.from(hex, 'hex')]))));
  });
});
afterAll(() => world[Symbol.asyncDispose]());

const index = fc.noBias(fc.nat({ max: 99 }));
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('register' as const),
      ids: fc.uniqueArray(index, { minLength: 1, maxLength: 3 }),
      period: fc.constantFrom<Period>('24h', '30d', '1y', 'permanent'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('add' as const), person: index, id: index }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('remove' as const), person: index, id: index }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('merge' as const), keep: index, merge: index }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('unmerge' as const), which: index }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('same' as const), which: index }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('correct' as const), person: index, name: index }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What was promised to each identifier, by the exclusion: only this may not be broken by anything staff do. */
type Promises = Map<string, Map<string, Interval>>;

interface Run {
  readonly pool: readonly Identifier[];
  readonly hexes: readonly string[];
  readonly promises: Promises;
  readonly personIds: string[];
  readonly mergeIds: string[];
}

/** Three records with a promise each, and what they may come to be known by. */
async function newRun(): Promise<Run> {
  const [a, b, c] = newPeople(3);
  const pool = [a!, b!, c!].flatMap((p) => [p.byNationalId, p.byPassport, p.byPhone]);
  const hexes = pool.map(world.hexOf);
  const run: Run = { pool, hexes, promises: new Map(), personIds: [], mergeIds: [] };
  watched = hexes;
  await take(run, { op: 'register', ids: [0, 2], period: '30d' });
  await take(run, { op: 'register', ids: [3], period: '1y' });
  await take(run, { op: 'register', ids: [6, 2], period: '24h' });
  return run;
}

const LETTERS = ['Achieng', 'Baraka', 'Chebet', 'Dalmas'];

const at = <T>(list: readonly T[], i: number): T | undefined => list[i % Math.max(1, list.length)];

/** Does the step; what was refused changed nothing. */
async function take(run: Run, one: Step): Promise<void> {
  try {
    await act(run, one);
  } catch (error) {
    if (!(error instanceof KingaError)) throw error;
    expect(['CONFLICT', 'NOT_FOUND', 'INVALID_INPUT']).toContain(error.code);
  }
}

async function act(run: Run, one: Step): Promise<void> {
  const { staff, node } = world;
  if (one.op === 'register') {
    const ids = [...new Set(one.ids.map((i) => at(run.pool, i)!))];
    const before = await readPeople(run);
    const { id } = await node.register(ids, { period: one.period });
    for (const { key, interval } of await heldThrough(id)) promise(run, key, id, interval);
    for (const [name, { personId, hex }] of await readPeople(run)) {
      if (!before.has(name)) await promiseAllOf(run, personId, hex);
    }
    return;
  }
  if (one.op === 'unmerge') {
    const mergeId = at(run.mergeIds, one.which);
    if (mergeId !== undefined) await staff.unmergePeople(mergeId);
    return;
  }
  if (one.op === 'same') {
    const item = at((await staff.listForReview()).items, one.which);
    if (item === undefined) return;
    run.mergeIds.push(...(await staff.resolveReview(item.exclusion.id, 'same')).mergeIds);
    return;
  }
  if (one.op === 'correct') {
    const personId = at(run.personIds, one.person);
    const details = { name: `Wanjiku Kamau ${LETTERS[one.name % 4]}`, dateOfBirth: '1990-03-02' };
    if (personId !== undefined) await staff.correctPerson({ personId, ...details });
    return;
  }
  if (one.op === 'merge') {
    const [keep, merge] = [at(run.personIds, one.keep), at(run.personIds, one.merge)];
    if (keep !== undefined && merge !== undefined) {
      run.mergeIds.push((await staff.mergePeople(keep, merge)).mergeId);
    }
    return;
  }
  await edit(run, one);
}

async function edit(run: Run, one: Extract<Step, { op: 'add' | 'remove' }>): Promise<void> {
  const [personId, identifier] = [at(run.personIds, one.person), at(run.pool, one.id)!];
  if (personId === undefined) return;
  const hex = world.hexOf(identifier);
  const had = (await world.ownersOf(identifier)).includes(personId);
  if (one.op === 'add') {
    await world.staff.addIdentifier({ personId, identifier });
    if (had) return;
    await promiseAllOf(run, personId, hex);
    return;
  }
  await world.staff.removeIdentifier(personId, identifier);
  const left = new Set<string>();
  for (const owner of await world.ownersOf(identifier)) {
    for (const { id } of await exclusionsOf(owner)) left.add(id);
  }
  for (const id of run.promises.get(hex)?.keys() ?? []) {
    if (!left.has(id)) run.promises.get(hex)?.delete(id);
  }
}

function promise(run: Run, hex: string, exclusionId: string, interval: Interval): void {
  const known = run.promises.get(hex) ?? new Map<string, Interval>();
  run.promises.set(hex, known.set(exclusionId, interval));
}

const INTERVAL = `(extract(epoch FROM e.starts_at) * 1000)::float8 AS starts,
  (extract(epoch FROM e.in_force_until) * 1000)::float8 AS ends`;

interface Row {
  readonly starts: number;
  readonly ends: number | null;
}
const intervalOf = ({ starts, ends }: Row): Interval => ({ startsAt: starts, endsAt: ends });

/** Every identifier of everybody the exclusion is about. */
async function heldThrough(exclusionId: string) {
  const { rows } = await world.database.pool.query<Row & { key: string }>(
    `SELECT encode(i.key, 'hex') AS key, ${INTERVAL} FROM exclusions e
     JOIN exclusion_persons p ON p.exclusion_id = e.id JOIN identifiers i USING (person_id)
     WHERE e.id = $1 AND i.type <> 'match'`,
    [exclusionId],
  );
  return rows.map((row) => ({ key: row.key, interval: intervalOf(row) }));
}

async function exclusionsOf(personId: string) {
  const { rows } = await world.database.pool.query<Row & { id: string }>(
    `SELECT e.id, ${INTERVAL} FROM exclusions e JOIN exclusion_persons p ON p.exclusion_id = e.id
     WHERE p.person_id = $1`,
    [personId],
  );
  return rows.map((row) => ({ id: row.id, interval: intervalOf(row) }));
}

/** Attached to a person: their exclusions hold for it from now on. */
async function promiseAllOf(run: Run, personId: string, hex: string): Promise<void> {
  for (const { id, interval } of await exclusionsOf(personId)) promise(run, hex, id, interval);
}

/** Who is known by what. */
async function readPeople(run: Run): Promise<Map<string, { personId: string; hex: string }>> {
  const { rows } = await world.database.pool.query<{ personId: string; hex: string }>(
    `SELECT person_id AS "personId", encode(key, 'hex') AS hex FROM identifiers
     WHERE key = ANY($1::bytea[]) ORDER BY person_id`,
    [run.hexes.map((hex) => Buffer.from(hex, 'hex'))],
  );
  for (const { personId } of rows) if (!run.personIds.includes(personId)) run.personIds.push(personId);
  return new Map(rows.map((row) => [`${row.personId} ${row.hex}`, row]));
}

const copyOf = (promises: Promises): Promises =>
  new Map([...promises].map(([hex, kept]) => [hex, new Map(kept)]));

/** What is promised before a step and after it, and so in every moment of it. */
function common(before: Promises, after: Promises): { hex: string; interval: Interval }[] {
  return [...before].flatMap(([hex, kept]) =>
    [...kept].filter(([id]) => after.get(hex)?.has(id)).map(([, interval]) => ({ hex, interval })),
  );
}

function covers(intervals: readonly Interval[], { startsAt, endsAt }: Interval): boolean {
  return intervals.some(
    (one) => one.startsAt <= startsAt && (one.endsAt === null || (endsAt !== null && one.endsAt >= endsAt)),
  );
}

/** What the log says holds for each key, entry by entry. */
class Log {
  readonly held = new Map<string, readonly Interval[]>();
  #seq = 0;

  /** Applies what is new, and looks at what must hold after every single entry. */
  async follow(must: readonly { hex: string; interval: Interval }[]): Promise<void> {
    const { rows } = await world.database.pool.query<{ seq: number; keys: string }>(
      'SELECT seq::float8 AS seq, keys FROM register_log WHERE seq > $1 ORDER BY seq',
      [this.#seq],
    );
    for (const { seq, keys } of rows) {
      this.#seq = seq;
      for (const { key, intervals } of decodeKeys(keys)) this.held.set(key, intervals);
      this.mustHold(must);
      await probe(() => seen.has(seq), { what: `entry ${seq} on the follower` });
      for (const { hex } of must) expect(seen.get(seq)?.has(hex)).toBe(true);
    }
  }

  mustHold(must: readonly { hex: string; interval: Interval }[]): void {
    for (const { hex, interval } of must) expect(covers(this.held.get(hex) ?? [], interval)).toBe(true);
  }
}

/** Something comes, or goes and comes back, while two records are one; then they are two again. */
const HARD: Step[][] = [1, 5, 2].map((id) => [
  { op: 'merge', keep: 0, merge: 1 },
  { op: 'remove', person: 0, id },
  { op: 'add', person: 0, id },
  { op: 'unmerge', which: 0 },
]);

test('whatever staff do, an identifier that was promised an exclusion is never CLEAR before its end', async () => {
  const log = new Log();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 16 }), async (steps) => {
      const run = await newRun();
      await log.follow([]);
      for (const one of steps) {
        const before = copyOf(run.promises);
        await take(run, one);
        await log.follow(common(before, run.promises));
        log.mustHold(common(run.promises, run.promises));
        for (const [hex, kept] of run.promises) {
          if (kept.size === 0) continue;
          const { db } = world.node.platform;
          expect(await world.node.exclusions.isExcluded(db, [Buffer.from(hex, 'hex')])).toBe(true);
        }
      }
    }),
    { numRuns: 60, examples: HARD.map((steps) => [steps]) },
  );
  expect(world.follower.resets).toEqual([]);
  expect(await brokenAt(world.database.pool)).toBeUndefined();
});

test('a merge undone at once leaves everything as it was', async () => {
  const registering = fc.array(
    step.filter(({ op }) => ['register', 'add', 'merge', 'correct'].includes(op)),
    { minLength: 3, maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(registering, index, index, async (steps, keep, merge) => {
      const run = await newRun();
      for (const one of steps) await take(run, one);
      const before = await everything();
      const merged = run.mergeIds.length;
      await take(run, { op: 'merge', keep, merge });
      if (run.mergeIds.length === merged) return;
      await world.staff.unmergePeople(run.mergeIds.at(-1)!);
      expect(await everything()).toEqual(before);
    }),
    { numRuns: 40 },
  );
});

async function everything() {
  const { pool } = world.database;
  const tables = await Promise.all([
    pool.query('SELECT * FROM identifiers ORDER BY key, person_id'),
    pool.query('SELECT * FROM exclusion_persons ORDER BY 1, 2'),
    pool.query('SELECT id, needs_review, in_force_until FROM exclusions ORDER BY 1'),
    pool.query('SELECT id, name, date_of_birth, merged_into FROM persons ORDER BY 1'),
  ]);
  return tables.map(({ rows }) => rows);
}
