import { expect, it } from 'vitest';
import { ok } from '../../support/client.ts';
import { startTestHub, type TestHub } from '../../support/hub.ts';
import { newPeople } from '../../support/people.ts';

const ROUNDS = 8;
/** What a change may be told that comes after another one. */
const LATE = new Set(['CONFLICT', 'NOT_FOUND', 'INVALID_INPUT']);

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!;

it('whoever changes the same people at once waits for the other, and never each for the other', async () => {
  await using hub = await startTestHub();
  await using second = await startTestHub({ database: hub.database });
  const { token } = await hub.admin();
  const { pool } = hub.database;
  const people = newPeople(5);
  const personIds: string[] = [];
  const refusals = new Set<string>();

  const call = async (node: TestHub, name: string, input: object): Promise<void> => {
    const { body } = await node.http(name, input, { token });
    if (!body.ok && !LATE.has(body.error.code)) refusals.add(`${name}: ${body.error.code}`);
  };
  const idOf = async (from: string): Promise<string> => {
    const { rows } = await pool.query<{ id: string }>(`SELECT id FROM ${from} ORDER BY random() LIMIT 1`);
    return rows[0]?.id ?? 'none';
  };
  const exclusionId = () => idOf('exclusions');
  const register = (node: TestHub) => {
    const identifiers = [pick(people).byNationalId, pick(people).byNationalId, pick(people).byPhone];
    return call(node, 'exclusions.register', { identifiers, period: '24h', source: 'court' });
  };
  const acts: readonly ((node: TestHub) => Promise<void>)[] = [
    register,
    async (node) => call(node, 'exclusions.extend', { id: await exclusionId(), period: pick(['7d', '30d']) }),
    async (node) =>
      call(node, 'exclusions.setRenewal', { id: await exclusionId(), renews: pick([true, false]) }),
    (node) =>
      call(node, 'exclusions.mergePeople', {
        keepId: pick(personIds),
        mergeId: pick(personIds),
        reason: 'one person',
      }),
    async (node) =>
      call(node, 'exclusions.unmergePeople', {
        mergeId: await idOf('person_merges WHERE undone_at IS NULL'),
      }),
    (node) =>
      call(node, 'exclusions.addIdentifier', { personId: pick(personIds), identifier: pick(people).byPhone }),
    async (node) =>
      call(node, 'exclusions.resolveReview', {
        id: await idOf('exclusions WHERE needs_review'),
        decision: pick(['same', 'different']),
        reason: 'looked at',
      }),
  ];

  for (const { identifiers, byNationalId } of people) {
    const input = { identifiers: [...identifiers], period: '30d', source: 'court' };
    ok((await hub.http('exclusions.register', input, { token })).body);
    const found = await hub.http('exclusions.findPeople', { identifiers: [byNationalId] }, { token });
    personIds.push(ok(found.body).items[0]!.id);
  }
  const worker = async (act: (node: TestHub) => Promise<void>, node: TestHub) => {
    for (let round = 0; round < ROUNDS; round++) await act(node);
  };
  await Promise.all(acts.flatMap((act) => [worker(act, hub), worker(act, second)]));

  expect([...refusals]).toEqual([]);
  const { rows } = await pool.query(
    'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
  );
  expect(rows).toEqual([{ deadlocks: 0 }]);
}, 60_000);
