import { afterAll, beforeAll, expect, it } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';

let hub: TestHub;
let second: TestHub;

beforeAll(async () => {
  hub = await startTestHub();
  second = await startTestHub({ database: hub.database });
});

afterAll(async () => {
  await second[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
});

const WHO = { name: 'Fatuma Ali Hassan', dateOfBirth: '1958-07-00' };

it('somebody registered with an incomplete date is a possible match on sockets and over HTTP, on every node', async () => {
  const { token } = await hub.admin();
  const person = newPerson();
  const input = { identifiers: [person.byPhone], period: '1y', source: 'person', person: WHO };
  ok((await hub.http('exclusions.register', input, { token })).body);
  const { apiKey } = await hub.operatorKey(['exclusions:lookup']);
  const asked = {
    identifiers: [newPerson().byEmail],
    person: { name: 'hassan fatma ali', dateOfBirth: '1958-07-21' },
    purpose: 'registration',
  };
  const possible = { status: 'UNKNOWN', reason: 'possible_match', ask: 'nationalId' };
  const socket = await hub.connect({ apiKey });
  expect(ok(await hub.call(socket, 'exclusions.lookup', asked))).toMatchObject(possible);
  await expect
    .poll(async () => ok((await second.http('exclusions.lookup', asked, { apiKey })).body), {
      timeout: 10_000,
    })
    .toMatchObject(possible);
  const { results } = ok(
    await hub.call(socket, 'exclusions.lookupMany', { checks: [{ ref: 'x', ...asked }] }),
  ) as { results: unknown[] };
  expect(results).toMatchObject([{ ref: 'x', ...possible }]);
});

it('an impossible date of birth is named, in a registration and in a lookup', async () => {
  const { token } = await hub.admin();
  const { apiKey } = await hub.operatorKey(['exclusions:lookup']);
  const identifiers = [newPerson().byPhone];
  const person = { name: 'Fatuma Ali', dateOfBirth: '1958-02-30' };
  const registration = { identifiers, period: '1y', source: 'person', person };
  const answers = [
    (await hub.http('exclusions.register', registration, { token })).body,
    (await hub.http('exclusions.lookup', { identifiers, person, purpose: 'bet' }, { apiKey })).body,
  ];
  for (const body of answers) {
    const { code, details } = refused(body);
    expect(code).toBe('INVALID_INPUT');
    expect(details?.map(({ path }) => path)).toEqual(['person.dateOfBirth']);
  }
});
