import { expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPeople, newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { promptly } from '../support/promptly.ts';
import { describeWithRedisServer, startRedis } from '../support/redis.ts';
import { alertsOf, databaseDown, exclude, newTill } from './support.ts';

/** Issued on one node and good on the other at once; revoked on the one and refused on the other in a second. */
async function acrossNodes(one: TestHub, two: TestHub) {
  const here = await newTill(one);
  const there = here.at(two);
  const [person, gaining] = newPeople(2);
  const { token } = await here.issue(person!.identifiers);
  expect(await there.status(token)).toBe('CLEAR');
  await exclude(one, person!.identifiers);
  await promptly(async () => (await there.status(token)) === 'EXCLUDED', { ms: 1_000 });

  const known = await here.issue([gaining!.byNationalId]);
  expect(await there.status(known.token)).toBe('CLEAR');
  await exclude(one, [gaining!.byEmail]);
  await here.issue([gaining!.byNationalId, gaining!.byEmail]);
  await promptly(async () => (await there.status(known.token)) === 'EXCLUDED', { ms: 1_000 });

  await here.ask('tokens.revoke', { token });
  expect(await here.status(token)).toBe('TOKEN_REVOKED');
  await promptly(async () => (await there.status(token)) === 'TOKEN_REVOKED', { ms: 1_000 });
}

it('two nodes know of each other’s tokens, without Redis', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  await acrossNodes(one, two);
});

describeWithRedisServer('with Redis', () => {
  it('two nodes know of each other’s tokens, also with Redis dead', async () => {
    await using redis = await startRedis();
    await using one = await startTestHub({ redisUrl: redis.url });
    await using two = await startTestHub({ redisUrl: redis.url, database: one.database });
    await acrossNodes(one, two);
    await redis.kill();
    await acrossNodes(one, two);
  });
});

it('a node that starts later answers by every token that works, and by no other', async () => {
  await using one = await startTestHub();
  const till = await newTill(one);
  const tokens = await Promise.all(newPeople(20).map(({ identifiers }) => till.issue(identifiers)));
  await till.ask('tokens.revoke', { token: tokens[0]!.token });
  const rotated = await till.ask('tokens.rotate', { token: tokens[1]!.token });
  await using two = await startTestHub({ database: one.database });
  const there = till.at(two);
  expect(await there.status(tokens[0]!.token)).toBe('TOKEN_REVOKED');
  for (const { token } of [rotated, ...tokens.slice(1)]) expect(await there.status(token)).toBe('CLEAR');
});

it('a rotated token works beside the new one for a day, and then no more', async () => {
  await using hub = await startTestHub();
  const till = await newTill(hub);
  const person = newPerson();
  const old = await till.issue(person.identifiers, 'rotating');
  const fresh = await till.ask('tokens.rotate', { token: old.token });
  expect(fresh).toMatchObject({ handle: old.handle, generation: 2 });
  expect(await till.ask('tokens.rotate', { token: old.token })).toEqual(fresh);
  expect(await till.issue(person.identifiers)).toEqual(fresh);
  expect(await till.ask('tokens.mappings', {})).toMatchObject({
    items: [{ customerId: 'rotating', handle: old.handle, token: fresh.token }],
  });
  await exclude(hub, person.identifiers);
  expect([await till.status(old.token), await till.status(fresh.token)]).toEqual(['EXCLUDED', 'EXCLUDED']);

  // A day goes by.
  await hub.database.pool.query(
    `UPDATE tokens SET works_until = works_until - interval '24 hours' WHERE state = 'rotated'`,
  );
  await hub.database.pool.query(
    `INSERT INTO token_changes (token_id) SELECT id FROM tokens WHERE state = 'rotated'`,
  );
  await probe(async () => (await till.status(old.token)) === 'TOKEN_REVOKED');
  expect((await till.refusal('tokens.rotate', { token: old.token })).code).toBe('TOKEN_REVOKED');
  expect((await till.refusal('tokens.map', { token: old.token, customerId: 'x' })).code).toBe(
    'TOKEN_REVOKED',
  );
  expect(await till.status(fresh.token)).toBe('EXCLUDED');
});

it('revoking may be repeated, ends what the person has, and a later token is another one', async () => {
  await using hub = await startTestHub();
  const till = await newTill(hub);
  const person = newPerson();
  const first = await till.issue(person.identifiers, 'gone');
  const ended = await till.ask('tokens.revoke', { token: first.token });
  expect(ended).toMatchObject({ handle: first.handle, state: 'revoked' });
  expect((await till.ask('tokens.mappings', {})).items).toEqual([]);
  const second = await till.issue(person.identifiers);
  expect(second).toMatchObject({ handle: first.handle, generation: 2 });
  expect(second.token).not.toBe(first.token);
  expect(await till.ask('tokens.revoke', { token: first.token })).toEqual(ended);
  expect(await till.status(second.token)).toBe('CLEAR');

  const theirs = await (await newTill(hub)).issue(person.identifiers);
  const { results } = await till.ask('tokens.revokeMany', {
    items: [
      { ref: 'theirs', token: theirs.token },
      { ref: 'typo', token: 'bst1_' },
      { ref: 'mine', token: second.token },
    ],
  });
  expect(results.map((result) => ('error' in result ? result.error.code : result.state))).toEqual([
    'NOT_FOUND',
    'INVALID_INPUT',
    'revoked',
  ]);
  expect(results[0]).toMatchObject({ error: { details: [{ path: 'items[0].token' }] } });
  expect(await till.status(second.token)).toBe('TOKEN_REVOKED');
});

it('a compromised token is refused at once, replaced, and told of; repeating gives the same replacement', async () => {
  await using hub = await startTestHub();
  const till = await newTill(hub);
  const person = newPerson();
  const first = await till.issue(person.identifiers, 'kept');
  const second = await till.ask('tokens.rotate', { token: first.token });
  const input = { token: second.token, reason: 'stolen' };
  const third = await till.ask('tokens.compromise', input);
  expect(third).toMatchObject({ handle: first.handle, generation: 3 });
  for (const { token } of [first, second]) expect(await till.status(token)).toBe('TOKEN_REVOKED');
  expect(await till.status(third.token)).toBe('CLEAR');
  expect(await till.ask('tokens.compromise', input)).toEqual(third);
  expect((await till.ask('tokens.mappings', {})).items[0]).toMatchObject({ token: third.token });
  expect(await alertsOf(hub, 'tokens.compromised')).toMatchObject([
    {
      operatorId: till.operatorId,
      severity: 'critical',
      count: 1,
      facts: { handle: first.handle, reason: 'stolen' },
    },
  ]);
  expect((await till.refusal('tokens.compromise', { token: first.token, reason: 'stolen' })).code).toBe(
    'TOKEN_REVOKED',
  );
});

it('of two rotations and two compromises at once, one makes the new token and all get it', async () => {
  await using hub = await startTestHub();
  const till = await newTill(hub);
  for (const [name, more] of [
    ['tokens.rotate', {}],
    ['tokens.compromise', { reason: 'leaked' }],
  ] as const) {
    const { token } = await till.issue(newPerson().identifiers);
    const answers = await Promise.all(Array.from({ length: 6 }, () => till.ask(name, { token, ...more })));
    expect(new Set(answers.map((answer) => answer.token)).size, name).toBe(1);
    expect(answers[0]?.generation).toBe(2);
  }
});

it('without PostgreSQL a known token still says EXCLUDED and never CLEAR', async () => {
  await using hub = await startTestHub();
  const till = await newTill(hub);
  const [excluded, clear] = newPeople(2);
  await exclude(hub, excluded!.identifiers);
  const tokens = [await till.issue(excluded!.identifiers), await till.issue(clear!.identifiers)];
  const socket = await hub.connect({ apiKey: till.apiKey });
  const ask = async (token: string) => {
    const ack = await hub.call(socket, 'tokens.validate', { token, purpose: 'bet' });
    return ack.ok ? ack.data.status : ack.error.code;
  };
  expect([await ask(tokens[0]!.token), await ask(tokens[1]!.token)]).toEqual(['EXCLUDED', 'CLEAR']);
  await using _down = await databaseDown(hub.database.name);
  await probe(async () => (await ask(tokens[1]!.token)) !== 'CLEAR');
  for (let i = 0; i < 5; i++) {
    expect(await ask(tokens[0]!.token)).toBe('EXCLUDED');
    expect(['UNKNOWN', 'UNAVAILABLE']).toContain(await ask(tokens[1]!.token));
  }
});

it('a node that has not heard for a second asks PostgreSQL about each token', async () => {
  await using hub = await startTestHub();
  const till = await newTill(hub);
  const { token, handle } = await till.issue(newPerson().identifiers);
  const owner = await hub.database.pool.connect();
  try {
    // Nobody hears of changes any more.
    await owner.query('BEGIN; LOCK TABLE token_changes IN ACCESS EXCLUSIVE MODE');
    await hub.database.pool.query(`UPDATE tokens SET state = 'revoked' WHERE subject_id = $1`, [handle]);
    await probe(async () => (await till.status(token)) === 'TOKEN_REVOKED');
  } finally {
    await owner.query('ROLLBACK');
    owner.release();
  }
});
