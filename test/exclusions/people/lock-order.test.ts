import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { expect, it } from 'vitest';
import { ok, type ProcedureName } from '../../support/client.ts';
import { startTestHub, type TestHub } from '../../support/hub.ts';
import { areWaiting, deadlocksOf } from '../../support/locks.ts';
import { newPeople } from '../../support/people.ts';
import { probe } from '../../support/probe.ts';

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
    if (!body.ok && !LATE.has(body.error.code))
      refusals.add(`${name}: ${body.error.code} ${body.error.message}`);
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
  expect(await deadlocksOf(hub.database)).toBe(0);
});

it('of a record that gets its keys back while somebody waits for it, whoever waits looks again', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const { pool } = hub.database;
  const call = async <TName extends ProcedureName>(name: TName, input: object) =>
    ok((await hub.http(name, input, { token })).body);
  const registered = async (identifiers: readonly Identifier[]) => {
    await call('exclusions.register', { identifiers, period: '30d', source: 'court' });
    const found = await call('exclusions.findPeople', { identifiers });
    return found.items[0]!.id;
  };
  const [kept, merged] = newPeople(2);
  const keepId = await registered(kept!.identifiers);
  const personId = await registered(merged!.identifiers);
  const merge = { keepId, mergeId: personId, reason: 'one' };
  const { mergeId } = await call('exclusions.mergePeople', merge);

  const writer = await pool.connect();
  await writer.query('BEGIN');
  await writer.query('SELECT FROM register_head FOR UPDATE');
  const undone = call('exclusions.unmergePeople', { mergeId });
  await probe(() => areWaiting(hub.database, 1));
  const added = call('exclusions.addIdentifier', { personId, identifier: newPeople(1)[0]!.byEmail });
  await probe(() => areWaiting(hub.database, 2));
  const again = registered(merged!.identifiers);
  await probe(() => areWaiting(hub.database, 3));
  await writer.query('COMMIT');
  writer.release();

  await Promise.all([undone, added]);
  expect(await again).toBe(personId);
  expect(await deadlocksOf(hub.database)).toBe(0);
});
