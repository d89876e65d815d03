import { expect, test } from 'vitest';
import { createTestDatabase } from '../../support/database.ts';
import { newPerson } from '../../support/people.ts';
import { probe } from '../../support/probe.ts';
import { startNode } from '../nodes.ts';
import { brokenAt, readLog } from '../support.ts';

const BY = { actor: 'system' } as const;

test('a lifted exclusion is over on every node, its sister stays, and the log tells it once', async () => {
  await using database = await createTestDatabase();
  await using one = await startNode(database);
  await using two = await startNode(database);
  const person = newPerson();
  const first = await one.register(person.identifiers, { period: '1y' });
  const second = await one.register([person.byNationalId], { period: '30d' });

  const lift = (id: string) =>
    one.platform.db.transaction((tx) => one.exclusions.liftWithin(tx, id, { reasonCode: 'test', by: BY }));
  const { lifted, told } = await lift(first.id);
  await told();
  expect(lifted).toBe(true);
  expect((await one.lookup(person.identifiers)).status, 'the other one holds').toBe('EXCLUDED');
  await (await lift(second.id)).told();
  for (const node of [one, two]) {
    await probe(async () => (await node.lookup(person.identifiers)).status === 'CLEAR');
  }

  expect((await lift(first.id)).lifted, 'over is over').toBe(false);
  expect((await readLog(database.pool)).map(({ kind }) => kind)).toEqual([
    'registered',
    'registered',
    'lifted',
    'lifted',
  ]);
  expect(await brokenAt(database.pool)).toBeUndefined();
});

test('what is lifted before it begins never begins', async () => {
  await using database = await createTestDatabase();
  await using node = await startNode(database);
  const person = newPerson();
  const startsAt = new Date(Date.now() + 86_400_000).toISOString();
  const { id } = await node.register(person.identifiers, { period: '30d', startsAt });
  for (const at of [undefined, Date.now() + 3_600_000]) {
    const lifting = { reasonCode: 'test', by: BY, ...(at === undefined ? {} : { at }) };
    const { told } = await node.platform.db.transaction((tx) => node.exclusions.liftWithin(tx, id, lifting));
    await told();
  }
  const { rows } = await database.pool.query('SELECT in_force_until < starts_at AS never FROM exclusions');
  expect(rows).toEqual([{ never: true }]);
  await using loaded = await startNode(database);
  await probe(() => loaded.exclusions.ready());
  expect(loaded.exclusions.stats().replicaPeople).toBe(0);
});
