import { randomBytes } from 'node:crypto';
import { sendExpiryNotices } from '@kinga/server/domains/exclusions/index.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { insertAccount } from '../markets/world.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestPlatform, type TestPlatform } from '../support/platform.ts';
import { inboxOf, insertExclusion } from './support.ts';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-11-20T06:00:00.000Z');
const inDays = (days: number) => new Date(NOW.getTime() + days * DAY_MS);

let database: TestDatabase;
let platform: TestPlatform;

beforeEach(async () => {
  database = await createTestDatabase();
  platform = await createTestPlatform(database);
});
afterEach(async () => {
  await platform[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function excluded(startsInDays: number, endsInDays: number | null, personId?: string) {
  const key = randomBytes(16);
  const { accountId } = await insertAccount(database.db, { keys: [key] });
  const exclusion = await insertExclusion(database.db, {
    keys: [key],
    startsAt: inDays(startsInDays),
    endsAt: endsInDays === null ? null : inDays(endsInDays),
    ...(personId === undefined ? {} : { personId }),
  });
  const daysTold = async () =>
    (await inboxOf(database.db, accountId)).map(({ data }) => (data as { daysBefore: number }).daysBefore);
  return { ...exclusion, accountId, daysTold };
}

describe('expiry notices', () => {
  it('come 30, 7 and 1 days before the end, each once, however often they are asked for', async () => {
    const half = await excluded(-100, 84);
    for (let day = 0; day <= 85; day++) {
      await sendExpiryNotices(platform, { now: inDays(day) });
      if (day % 10 === 0) await sendExpiryNotices(platform, { now: inDays(day) });
    }
    expect(await half.daysTold()).toEqual([30, 7, 1]);
    expect((await inboxOf(database.db, half.accountId))[0]).toEqual({
      type: 'exclusionEnding',
      data: {
        exclusionId: half.id,
        reference: half.reference,
        endsAt: half.endsAt?.toISOString(),
        daysBefore: 30,
      },
    });
  });

  it('are not sent for a point before the exclusion itself', async () => {
    const [day, week, month] = [await excluded(0, 1), await excluded(0, 7), await excluded(0, 30)];
    for (let hour = 0; hour <= 31 * 24; hour += 6) {
      await sendExpiryNotices(platform, { now: inDays(hour / 24) });
    }
    expect(await day.daysTold()).toEqual([]);
    expect(await week.daysTold()).toEqual([1]);
    expect(await month.daysTold()).toEqual([7, 1]);
  });

  it('after an outage only the one that fits the time left is sent, and none after the end', async () => {
    const [soon, over, never] = [await excluded(-300, 5), await excluded(-300, -1), await excluded(-9, null)];
    await sendExpiryNotices(platform, { now: NOW });
    expect(await soon.daysTold()).toEqual([7]);
    expect(await over.daysTold()).toEqual([]);
    expect(await never.daysTold()).toEqual([]);
  });

  it('promise no end while another exclusion of the same person lasts longer', async () => {
    const first = await excluded(-300, 5);
    await excluded(-10, null, first.personId);
    await sendExpiryNotices(platform, { now: NOW });
    expect(await first.daysTold()).toEqual([]);
  });

  it('are sent in bounded batches that go on where the last one ended, by two workers at once', async () => {
    const persons = Array.from({ length: 1_200 }, (_, i) => `per_${i}`);
    await database.db.query('INSERT INTO persons (id, pseudonym) SELECT p, p FROM unnest($1::text[]) AS p', [
      persons,
    ]);
    await database.db.query(
      `INSERT INTO exclusions (id, reference, source, period, starts_at, ends_at, needs_review, registered_by,
                               registered_at, seq)
       SELECT p, p, 'person', '6mo', $2, $3, false, 'test', $2, row_number() OVER ()
         FROM unnest($1::text[]) AS p`,
      [persons, inDays(-100), inDays(6)],
    );
    const told = await excluded(-100, 6);
    let batches = 0;
    const stopping = sendExpiryNotices(platform, {
      now: NOW,
      betweenBatches: () => {
        batches++;
        throw new Error('the worker is ending');
      },
    });
    await expect(stopping).rejects.toThrow('ending');
    expect(batches).toBe(1);
    const rest = await Promise.all([0, 1].map(() => sendExpiryNotices(platform, { now: NOW })));
    const { rows } = await database.db.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM exclusion_notices',
    );
    expect(rows[0]?.count).toBe(1_201);
    expect(rest.reduce((sum, count) => sum + count, 0)).toBe(701);
    expect(await told.daysTold()).toEqual([7]);
  });
});
