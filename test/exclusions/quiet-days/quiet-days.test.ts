import { RegisterQuestions } from '@kinga/server/domains/exclusions/lookup/ask.ts';
import { endOf } from '@kinga/server/domains/exclusions/lookup/view.ts';
import { keysOf } from '@kinga/server/domains/identifiers/index.ts';
import { createPolicy } from '@kinga/server/domains/policy/index.ts';
import type { Purpose } from '@kinga/shared/exclusions/contract.ts';
import { PURPOSES } from '@kinga/shared/exclusions/exclusion.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { beginWithQuietDays, valuesWith } from '../../policy/support.ts';
import { callBy } from '../../support/call.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { newPeople, newPerson, type Person } from '../../support/people.ts';
import { probe } from '../../support/probe.ts';
import { OPERATOR, type RegisterNode, startNode } from '../nodes.ts';
import { account, brokenAt } from '../support.ts';

const DAY_MS = 86_400_000;
const BY = { actor: 'system' } as const;

let database: TestDatabase;
let node: RegisterNode;

beforeEach(async () => {
  database = await createTestDatabase();
  await beginWithQuietDays(database, 30);
  node = await startNode(database);
});
afterEach(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** What an operator is told about somebody, for a bet and for marketing. */
async function told(who: Person, by = node): Promise<string> {
  const of = async (purpose: Purpose) => (await by.lookup([who.byNationalId], purpose)).status;
  return `${await of('bet')} ${await of('marketing')}`;
}

/** A day that is over in a moment, but not before it is registered: what is over already would be refused. */
function registerEnding(who: Person) {
  const startsAt = new Date(Date.now() - DAY_MS + 5_000).toISOString();
  return node.register(who.identifiers, { period: '24h', startsAt });
}

/** An end counts from when it is certain to have come, which may be a question to PostgreSQL later. */
async function becomes(status: string, who: Person, by = node): Promise<void> {
  await probe(async () => (await told(who, by)) === status);
}

/** As if it had ended so many days ago. Only who reads the rows themselves sees it. */
async function endedDaysAgo(id: string, days: number): Promise<void> {
  await database.pool.query(
    `UPDATE exclusions SET starts_at = now() - $2::interval - interval '1 day', in_force_until = now() - $2::interval
     WHERE id = $1`,
    [id, `${days} days`],
  );
}

async function lift(id: string, reasonCode: string): Promise<void> {
  const { told: tell } = await node.platform.db.transaction((tx) =>
    node.exclusions.liftWithin(tx, id, { reasonCode, by: BY }),
  );
  await tell();
}

async function publish(quietDays: number): Promise<void> {
  const values = valuesWith(({ marketing }) => {
    marketing.quietDays = quietDays;
  });
  const { handlers } = createPolicy(node.platform).domain;
  await handlers.publish({ values, note: 'Quiet' }, callBy(account('regulator')));
}

test('who was excluded a moment ago may bet, and is not advertised to, on every node', async () => {
  await using other = await startNode(database);
  const person = newPerson();
  await registerEnding(person);
  expect(await told(person)).toBe('EXCLUDED EXCLUDED');
  for (const one of [node, other]) {
    await becomes('CLEAR EXCLUDED', person, one);
    for (const purpose of PURPOSES) {
      const { status } = await one.lookup([person.byPhone], purpose);
      expect(status, purpose).toBe(purpose === 'marketing' ? 'EXCLUDED' : 'CLEAR');
    }
  }
  await using loaded = await startNode(database);
  expect(await told(person, loaded)).toBe('CLEAR EXCLUDED');
  expect(loaded.exclusions.stats().replicaPeople, 'nobody is excluded').toBe(0);
});

test('of many at once and of keys at hand the same is said', async () => {
  const person = newPerson();
  await registerEnding(person);
  await becomes('CLEAR EXCLUDED', person);
  const { handlers } = node.exclusions.domain;
  const checks = PURPOSES.map((purpose) => ({ ref: purpose, identifiers: [person.byPhone], purpose }));
  const { results } = (await handlers.lookupMany({ checks }, callBy(OPERATOR))).toJSON();
  const excluded = results.filter((result) => 'status' in result && result.status === 'EXCLUDED');
  expect(excluded.map(({ ref }) => ref)).toEqual(['marketing']);
  const [key] = keysOf(node.platform.crypto, [person.byPhone], 'test');
  const keys = [key!.key.toString('latin1')];
  const answers = await node.exclusions.answerManyKeys(
    PURPOSES.map((purpose) => ({ keys, purpose, isCertain: true })),
    callBy(OPERATOR),
  );
  expect(answers.map((answer) => 'status' in answer && answer.status)).toEqual(
    PURPOSES.map((purpose) => (purpose === 'marketing' ? 'EXCLUDED' : 'CLEAR')),
  );
});

test('the quiet days end by themselves, and PostgreSQL says the same as a node', async () => {
  const [lately, longAgo] = newPeople(2) as [Person, Person];
  await endedDaysAgo((await registerEnding(lately)).id, 29.99);
  await endedDaysAgo((await registerEnding(longAgo)).id, 30.01);
  await using loaded = await startNode(database);
  expect(await told(lately, loaded)).toBe('CLEAR EXCLUDED');
  expect(await told(longAgo, loaded)).toBe('CLEAR CLEAR');
  const policy = createPolicy(node.platform);
  const following = policy.domain.services ?? [];
  for (const service of following) await service.start?.();
  const questions = new RegisterQuestions(database.db, policy);
  for (const [who, isQuiet] of [
    [lately, true],
    [longAgo, false],
  ] as const) {
    const { key } = keysOf(node.platform.crypto, [who.byNationalId], 'test')[0]!;
    const view = (await questions.ask([key], 5_000))!;
    const isHit = (purpose: Purpose) =>
      view.prober.probe(key.toString('latin1'), endOf(view, purpose), view.upper);
    expect([isHit('bet'), isHit('marketing')]).toEqual([false, isQuiet]);
  }
  for (const service of following) await service.stop?.();
});

test('a return begins them; what never should have been leaves none, lifted or over already', async () => {
  const [returned, mistaken, late, pending] = newPeople(4) as [Person, Person, Person, Person];
  const { id } = await node.register(returned.identifiers, { period: '1y' });
  await lift(id, 'returnConfirmed');
  await becomes('CLEAR EXCLUDED', returned);
  await lift((await node.register(mistaken.identifiers, { period: '1y' })).id, 'petitionDismissed');
  await becomes('CLEAR CLEAR', mistaken);
  const over = await registerEnding(late);
  await becomes('CLEAR EXCLUDED', late);
  await lift(over.id, 'petitionReversed');
  await becomes('CLEAR CLEAR', late);
  const startsAt = new Date(Date.now() + DAY_MS).toISOString();
  const never = await node.register(pending.identifiers, { period: '1y', startsAt });
  await lift(never.id, 'returnConfirmed');
  await becomes('CLEAR CLEAR', pending);
  await using loaded = await startNode(database);
  for (const [who, status] of [
    [returned, 'CLEAR EXCLUDED'],
    [mistaken, 'CLEAR CLEAR'],
    [late, 'CLEAR CLEAR'],
    [pending, 'CLEAR CLEAR'],
  ] as const) {
    expect(await told(who, loaded)).toBe(status);
  }
  expect(await brokenAt(database.pool)).toBeUndefined();
});

test('a mistake beside an exclusion that ended takes nothing from its quiet days', async () => {
  const person = newPerson();
  await registerEnding(person);
  await becomes('CLEAR EXCLUDED', person);
  const { id } = await node.register(person.identifiers, { period: '1y' });
  expect(await told(person)).toBe('EXCLUDED EXCLUDED');
  await lift(id, 'petitionDismissed');
  await becomes('CLEAR EXCLUDED', person);
});

test('a version with more of them is known before it begins, one with none forgets', async () => {
  const person = newPerson();
  await endedDaysAgo((await registerEnding(person)).id, 100);
  await using loaded = await startNode(database);
  expect(await told(person, loaded)).toBe('CLEAR CLEAR');
  await publish(365);
  const seen = new Set<string>();
  await probe(async () => {
    const answer = await told(person, loaded);
    seen.add(answer);
    return answer === 'CLEAR EXCLUDED';
  });
  const later = newPerson();
  await node.register(later.identifiers, { period: '1y' });
  await probe(async () => (await told(later, loaded)) === 'EXCLUDED EXCLUDED');
  await publish(0);
  await probe(async () => (await told(person, loaded)) === 'CLEAR CLEAR');
  expect(await told(later, loaded)).toBe('EXCLUDED EXCLUDED');
  // Never CLEAR for marketing once the version had begun: UNKNOWN until what it asks for was read.
  expect([...seen].filter((answer) => !['CLEAR CLEAR', 'CLEAR UNKNOWN'].includes(answer))).toEqual([
    'CLEAR EXCLUDED',
  ]);
});
