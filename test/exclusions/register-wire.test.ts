import type { FeedEvent } from '@kinga/shared/contract/wire.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPeople, newPerson, type Person } from '../support/people.ts';
import { probe } from '../support/probe.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub[Symbol.asyncDispose]());

test('acknowledged means excluded: on this node at once, and told to operators', async () => {
  const person = newPerson();
  const key = await hub.operatorKey();
  const operator = await hub.connect({ apiKey: key.apiKey });
  const events: FeedEvent[] = [];
  operator.on('event', (event: FeedEvent) => events.push(event));
  await operator.emitWithAck('watch', { topic: 'exclusions/changes' });
  const admin = await hub.connect({ token: (await hub.admin()).token });

  const exclusion = ok(
    await hub.call(admin, 'exclusions.register', {
      identifiers: person.identifiers,
      period: '24h',
      source: 'person',
    }),
  );
  for (const identifier of person.identifiers) {
    const answer = ok(
      await hub.call(operator, 'exclusions.lookup', { identifiers: [identifier], purpose: 'bet' }),
    );
    expect(answer).toMatchObject({ status: 'EXCLUDED' });
    expect(answer.seq).toBeGreaterThanOrEqual(exclusion.seq);
  }
  const event = await probe(() => events.find(({ seq }) => seq === exclusion.seq));
  expect(event).toMatchObject({ topic: 'exclusions/changes', type: 'registered' });
  expect(event.data).toEqual({
    subject: expect.stringMatching(/^s_/),
    effectiveAt: exclusion.startsAt,
  });
});

test('who may: not without signing in, not an operator, a bettor only themselves', async () => {
  const [me, stranger] = newPeople(2);
  const input = { identifiers: me!.identifiers, period: '7d', source: 'person' };
  expect(refused((await hub.http('exclusions.register', input)).body).code).toBe('UNAUTHENTICATED');
  const { apiKey } = await hub.operatorKey();
  expect(refused((await hub.http('exclusions.register', input, { apiKey })).body).code).toBe('FORBIDDEN');
  for (const role of ['operator'] as const) {
    const { token } = await hub.account(role);
    for (const name of ['exclusions.register', 'exclusions.list'] as const) {
      expect(refused((await hub.http(name, input, { token })).body).code).toMatch(/FORBIDDEN/);
    }
  }
  const { token } = await hub.bettor(me!.identifiers);
  const other = { ...input, identifiers: stranger!.identifiers };
  const error = refused((await hub.http('exclusions.register', other, { token })).body);
  expect(error).toMatchObject({ code: 'FORBIDDEN', details: [{ path: 'identifiers[0].value' }, {}] });
  const own = ok((await hub.http('exclusions.register', input, { token })).body);
  expect(ok((await hub.http('exclusions.list', {}, { token })).body).items).toEqual([own]);
  expect(ok((await hub.http('exclusions.get', { id: own.id }, { token })).body).people).toHaveLength(1);
});

test('malformed input is named by its path', async () => {
  const { token } = await hub.admin();
  const answer = await hub.http(
    'exclusions.register',
    { identifiers: [{ type: 'phone', value: '0712' }], period: '24h', source: 'person' },
    { token },
  );
  expect(answer.status).toBe(400);
  expect(refused(answer.body).details).toEqual([
    { path: 'identifiers[0].value', message: 'not a Kenyan phone number' },
  ]);
  const empty = await hub.http(
    'exclusions.register',
    { identifiers: [], period: '24h', source: 'person' },
    { token },
  );
  expect(refused(empty.body).details).toEqual([{ path: 'identifiers', message: 'at least one identifier' }]);
});

test('one key, many at once, over socket and HTTP: one exclusion', async () => {
  const { token } = await hub.admin();
  const socket = await hub.connect({ token });
  const input = { identifiers: newPerson().identifiers, period: '30d', source: 'court' };
  const answers = await Promise.all(
    Array.from({ length: 10 }, async (_, i) =>
      i % 2 === 0
        ? ok(await hub.call(socket, 'exclusions.register', input, { idempotencyKey: 'same' }))
        : ok(
            (await hub.http('exclusions.register', input, { token, headers: { 'idempotency-key': 'same' } }))
              .body,
          ),
    ),
  );
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
});

test('an exclusion begins and ends by the clock, on every identifier', async () => {
  const [ends, begins] = newPeople(2);
  const { token } = await hub.admin();
  const { apiKey } = await hub.operatorKey();
  const status = async (who: Person) => {
    const input = { identifiers: [who.byPhone], purpose: 'bet' };
    return ok((await hub.http('exclusions.lookup', input, { apiKey })).body).status;
  };
  const at = Date.now() + 5_000;
  for (const [who, startsAt] of [
    [ends, at - 86_400_000],
    [begins, at],
  ] as const) {
    const { identifiers } = who!;
    const from = new Date(startsAt).toISOString();
    const input = { identifiers, period: '24h', source: 'person', startsAt: from };
    ok((await hub.http('exclusions.register', input, { token })).body);
  }
  expect([await status(ends!), await status(begins!)]).toEqual(['EXCLUDED', 'CLEAR']);
  await probe(async () => (await status(ends!)) === 'CLEAR');
  await probe(async () => (await status(begins!)) === 'EXCLUDED');
});

test('nobody says of themselves that they were excluded before: no promise is half over when it is made', async () => {
  const person = newPerson();
  const { token } = await hub.bettor(person.identifiers);
  const staff = await hub.admin();
  const input = { identifiers: person.identifiers, source: 'person' };
  const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
  // The three years after which a permanent one can be lifted would be over at once.
  for (const past of [
    { period: '24h', startsAt: hourAgo },
    { period: 'permanent', startsAt: '2020-01-01' },
  ]) {
    const mine = await hub.http('exclusions.register', { ...input, ...past }, { token });
    expect(refused(mine.body)).toMatchObject({ code: 'INVALID_INPUT', details: [{ path: 'startsAt' }] });
  }
  const later = { period: '24h', startsAt: new Date(Date.now() + 3_600_000).toISOString() };
  const pending = await hub.http('exclusions.register', { ...input, ...later }, { token });
  expect(ok(pending.body).status).toBe('pending');
  // What was promised on paper before, staff write down with its date.
  const written = { ...input, period: '24h', startsAt: hourAgo };
  const active = await hub.http('exclusions.register', written, { token: staff.token });
  expect(ok(active.body)).toMatchObject({ status: 'active', startsAt: hourAgo });
});

test('one’s own begins within a year, any other within five: a slip of the year is named, and protects nobody later', async () => {
  const person = newPerson();
  const { token } = await hub.bettor(person.identifiers);
  const staff = await hub.admin();
  const ahead = (years: number, days: number) => {
    const at = new Date(Date.now() + days * 86_400_000);
    at.setUTCFullYear(at.getUTCFullYear() + years);
    return at.toISOString();
  };
  const register = async (startsAt: string, by: { token: string }, source = 'person') => {
    const input = { identifiers: person.identifiers, period: 'permanent', source, startsAt };
    return (await hub.http('exclusions.register', input, { token: by.token })).body;
  };
  for (const startsAt of [ahead(1, 2), ahead(4, 0), '2189-01-01']) {
    const error = refused(await register(startsAt, { token }));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', details: [{ path: 'startsAt' }] });
  }
  for (const source of ['court', 'regulator', 'person']) {
    for (const startsAt of [ahead(5, 2), '2189-01-01']) {
      const error = refused(await register(startsAt, staff, source));
      expect(error).toMatchObject({ code: 'INVALID_INPUT', details: [{ path: 'startsAt' }] });
    }
  }
  expect(ok(await register(ahead(1, -2), { token })).status).toBe('pending');
  expect(ok(await register(ahead(5, -2), staff, 'court')).status).toBe('pending');
});

test('every malformed field is named at once, whoever judges it', async () => {
  const { token } = await hub.admin();
  const input = { identifiers: [{ type: 'phone', value: '0712' }], period: 'soon', source: 'person' };
  const paths = ['period', 'identifiers[0].value'];
  const { details } = refused((await hub.http('exclusions.register', input, { token })).body);
  expect(details?.map(({ path }) => path)).toEqual(paths);
  const account = {
    email: 'nobody',
    password: 'long enough',
    role: 'bettor',
    identifiers: input.identifiers,
  };
  const created = refused((await hub.http('identity.createAccount', account, { token })).body);
  expect(created.details?.map(({ path }) => path)).toEqual(['email', 'identifiers[0].value']);
});
