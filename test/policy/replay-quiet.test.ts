import type { Purpose } from '@kinga/shared/exclusions/contract.ts';
import { expect, test } from 'vitest';
import { startNode } from '../exclusions/nodes.ts';
import { account } from '../exclusions/support.ts';
import { callBy } from '../support/call.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { newPeople, type Person } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { DAY_MS, open } from './replay-world.ts';
import { beginWithQuietDays } from './support.ts';

async function passDays(database: TestDatabase, id: string, days: number): Promise<void> {
  await database.pool.query(
    `UPDATE exclusions SET starts_at = starts_at - $2::interval, registered_at = registered_at - $2::interval,
            ends_at = ends_at - $2::interval, in_force_until = in_force_until - $2::interval,
            lifted_at = lifted_at - $2::interval WHERE id = $1`,
    [id, `${days} days`],
  );
}

test('marketing is judged by the quiet days of the version, and nothing else is', async () => {
  await using database = await createTestDatabase();
  await beginWithQuietDays(database, 30);
  await using registering = await startNode(database);
  const [lately, longAgo, returned, mistaken, stranger] = newPeople(5) as Person[];
  const register = async (who: Person, period: '24h' | '1y') =>
    (await registering.register([who.byNationalId], { period })).id;
  const lift = async (id: string, reasonCode: string) => {
    const { told } = await database.db.transaction((tx) =>
      registering.exclusions.liftWithin(tx, id, { reasonCode, by: { actor: 'system' } }),
    );
    await told();
  };
  await passDays(database, await register(lately!, '24h'), 11);
  await passDays(database, await register(longAgo!, '24h'), 61);
  const back = await register(returned!, '1y');
  await lift(back, 'returnConfirmed');
  await passDays(database, back, 20);
  const mistake = await register(mistaken!, '1y');
  await lift(mistake, 'petitionDismissed');
  await passDays(database, mistake, 1);
  // Loads what the rows say now.
  await using node = await startNode(database);
  const world = await open(database, node);
  const everybody = [lately, longAgo, returned, mistaken, stranger] as Person[];
  const answers: string[] = [];
  for (const who of everybody) {
    for (const purpose of ['bet', 'marketing'] as const) answers.push(await world.ask(who, purpose));
  }
  expect(answers.filter((_, i) => i % 2 === 0)).toEqual(Array(5).fill('CLEAR'));
  expect(answers.filter((_, i) => i % 2 === 1)).toEqual(['EXCLUDED', 'CLEAR', 'EXCLUDED', 'CLEAR', 'CLEAR']);
  await world.recorded();
  expect(await world.replay(1)).toMatchObject({ examined: 10, differing: 0, unexplained: 0 });

  const marketingOf = (who: Person | undefined) =>
    world.asked.find((one) => one.who === who && one.purpose === ('marketing' satisfies Purpose))!.checkId;
  const differing = async (quietDays: number) => {
    const version = await world.hypothesis(({ marketing }) => {
      marketing.quietDays = quietDays;
    });
    const { examples, unexplained } = await world.replay(version);
    expect(unexplained).toBe(0);
    return examples;
  };
  const idsOf = async (quietDays: number) => (await differing(quietDays)).map(({ checkId }) => checkId);
  expect(await idsOf(0)).toEqual([marketingOf(lately), marketingOf(returned)]);
  expect(await idsOf(15)).toEqual([marketingOf(returned)]);
  const [longer, ...others] = await differing(90);
  expect(others).toEqual([]);
  expect(longer).toMatchObject({
    checkId: marketingOf(longAgo),
    recorded: 'CLEAR',
    replayed: 'EXCLUDED',
    why: expect.stringContaining('an exclusion of 24h is still in force, or its quiet days are not over'),
  });
});

test('an answer given before an exclusion was split is explained by the one it was split from', async () => {
  await using database = await createTestDatabase();
  await using node = await startNode(database);
  const world = await open(database, node);
  const [one, other] = newPeople(2) as [Person, Person];
  for (const who of [one, other]) await world.register(who, '24h', DAY_MS - 2_000);
  const both = await node.register([one.byNationalId, other.byNationalId], { period: '30d' });
  expect(both.needsReview).toBe(true);
  for (const who of [one, other]) expect(await world.ask(who)).toBe('EXCLUDED');
  // Only what they have in common holds now.
  await probe(async () => {
    const { rows } = await database.pool.query(
      `SELECT FROM exclusions WHERE period = '24h' AND in_force_until < now() - interval '1 second'`,
    );
    return rows.length === 2;
  });
  for (const who of [one, other]) expect(await world.ask(who)).toBe('EXCLUDED');
  await node.exclusions.domain.handlers.resolveReview(
    { id: both.id, decision: 'different', reason: 'two brothers' },
    callBy(account('admin')),
  );
  for (const who of [one, other]) expect(await world.ask(who)).toBe('EXCLUDED');
  await world.recorded();
  expect(await world.replay(1)).toMatchObject({ examined: 6, differing: 0, unexplained: 0 });
  const shorter = await world.hypothesis(({ periods }) => {
    periods['30d'].staysUntilReturn = true;
  });
  expect(await world.replay(shorter)).toMatchObject({ differing: 0, unexplained: 0 });
});
