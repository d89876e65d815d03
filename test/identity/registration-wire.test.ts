import type { Ack } from '@kinga/shared/contract/errors.ts';
import { type TOTP, URI } from 'otpauth';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { codeSentTo, messagesTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';

const PASSWORD = 'nywila ndefu ya siri';
const SIMULATED = { NATIONAL_ID_PROVIDER: 'simulator' };
const born = { name: 'Wanjiku wa Kamau', dateOfBirth: '1990-05-17' };

async function newCitizen(hub: TestHub) {
  const { email } = newPerson();
  const { challengeId } = ok((await hub.http('identity.register', { email, password: PASSWORD })).body);
  const code = await codeSentTo(hub.platform, email);
  ok((await hub.http('identity.verifyContact', { challengeId, code })).body);
  return await hub.signIn(email, PASSWORD);
}

test('from registration to a second factor over the wire, on two nodes', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const anonymous = await one.connect();
  const { email } = newPerson();
  const { challengeId } = ok(await one.call(anonymous, 'identity.register', { email, password: PASSWORD }));
  const code = await codeSentTo(one.platform, email);
  ok((await two.http('identity.verifyContact', { challengeId, code })).body);
  const citizen = await two.signIn(email, PASSWORD);
  const { url, factorId } = ok((await two.http('identity.startTotp', {}, citizen)).body);
  const totp = URI.parse(url) as TOTP;
  ok((await one.http('identity.confirmTotp', { code: totp.generate(), password: PASSWORD }, citizen)).body);
  const answer = await one.http('identity.login', { email, password: PASSWORD });
  expect(answer.status).toBe(422);
  const error = refused(answer.body as Ack<unknown>);
  expect(error.code).toBe('SECOND_FACTOR_REQUIRED');
  expect(error.details?.map(({ path }) => path)).toEqual([
    'challengeId',
    'factors[0].id',
    'factors[0].kind',
    'factors[0].hint',
  ]);
  const next = totp.generate({ timestamp: Date.now() + 30_000 });
  const proof = { challengeId: error.details?.[0]?.message, factor: factorId, code: next };
  const session = ok((await two.http('identity.completeLogin', proof)).body);
  const socket = await one.connect({ token: session.accessToken });
  expect(ok(await one.call(socket, 'identity.me')).email).toBe(email);
});

test('what is one’s own is for signed-in accounts: nobody else, and no key', async () => {
  await using hub = await startTestHub();
  const { apiKey } = await hub.operatorKey();
  const answer = { challengeId: 'chl_1', code: '123456' };
  const contact = { type: 'phone', value: '0712345678' };
  const calls: readonly (readonly [string, unknown])[] = [
    ['identity.requestCode', { purpose: 'identifier', contact }],
    ['identity.identifiers', {}],
    ['identity.addIdentifier', answer],
    ['identity.removeIdentifier', contact],
    ['identity.verifyNationalId', { nationalId: '23456781', ...born }],
    ['identity.profile', {}],
    ['identity.updateProfile', {}],
    ['identity.changePassword', { currentPassword: 'x', newPassword: PASSWORD }],
    ['identity.startTotp', {}],
    ['identity.confirmTotp', { code: '123456' }],
    ['identity.addFactor', answer],
    ['identity.listFactors', {}],
    ['identity.challengeFactor', { factor: 'fct_1' }],
    ['identity.removeFactor', { ...answer, factorId: 'fct_1', factor: 'fct_1' }],
  ];
  for (const [name, input] of calls) {
    const anonymous = await hub.http(name, input);
    expect(refused(anonymous.body as Ack<unknown>).code, name).toBe('UNAUTHENTICATED');
    const byKey = await hub.http(name, input, { apiKey });
    expect(refused(byKey.body as Ack<unknown>).code, name).toBe('FORBIDDEN');
  }
});

test('malformed input is refused by field, everything at once', async () => {
  await using hub = await startTestHub();
  const { token } = await newCitizen(hub);
  const paths = async (name: string, input: unknown) =>
    refused((await hub.http(name, input, { token })).body as Ack<unknown>)
      .details?.map(({ path }) => path)
      .sort();
  expect(await paths('identity.login', {})).toEqual(['email', 'password']);
  expect(await paths('identity.login', { email: 'x', phone: '07', password: '' })).toEqual(
    expect.arrayContaining(['email', 'password', 'phone']),
  );
  expect(await paths('identity.register', { phone: '0712', password: 'short' })).toEqual([
    'password',
    'phone',
  ]);
  expect(await paths('identity.requestPasswordReset', {})).toEqual(['email']);
  expect(await paths('identity.resetPassword', { challengeId: '', code: 'x', newPassword: 'y' })).toEqual([
    'challengeId',
    'code',
    'newPassword',
  ]);
  expect(await paths('identity.completeLogin', { challengeId: 'c', factor: 'f', code: '1' })).toEqual([
    'code',
  ]);
  expect(await paths('identity.updateProfile', { name: '', locale: 'fr', age: 3 })).toEqual([
    'age',
    'locale',
    'name',
  ]);
  expect(await paths('identity.requestCode', { purpose: 'x', contact: { type: 'fax', value: '1' } })).toEqual(
    ['contact.type', 'purpose'],
  );
  // What no schema knows to be wrong is named beside what one does.
  const contact = { type: 'phone', value: '0712' };
  expect(await paths('identity.requestCode', { purpose: 'x', contact })).toEqual([
    'contact.value',
    'purpose',
  ]);
  expect(await paths('identity.removeIdentifier', { ...contact, password: '' })).toEqual([
    'password',
    'value',
  ]);
  expect(await paths('identity.verifyNationalId', { ...born, nationalId: '12', name: '' })).toEqual([
    'name',
    'nationalId',
  ]);
});

test('a new SIM, and a newly opened account, of somebody excluded are excluded on every node', async () => {
  await using one = await startTestHub({ env: SIMULATED });
  await using two = await startTestHub({ database: one.database, env: SIMULATED });
  const key = await one.operatorKey();
  const person = newPerson();
  const nationalId = `${person.nationalId.slice(0, -1)}1`;
  const citizen = await newCitizen(one);
  const { token } = citizen;
  ok((await one.http('identity.verifyNationalId', { nationalId, ...born }, { token })).body);
  const byId = { type: 'nationalId', value: nationalId };
  const exclusion = { identifiers: [byId], period: '7d', source: 'person' };
  ok((await one.http('exclusions.register', exclusion, { token })).body);
  const statusOf = async (hub: TestHub, identifier: unknown) => {
    const input = { identifiers: [identifier], purpose: 'bet' };
    return ok((await hub.http('exclusions.lookup', input, { apiKey: key.apiKey })).body).status;
  };
  expect(await statusOf(two, person.byPhone)).toBe('CLEAR');
  const contact = { type: 'phone', value: person.phone };
  const asked = await one.http('identity.requestCode', { purpose: 'identifier', contact }, { token });
  const proof = {
    challengeId: ok(asked.body).challengeId,
    code: await codeSentTo(one.platform, person.phone),
  };
  ok((await one.http('identity.addIdentifier', { ...proof, password: PASSWORD }, { token })).body);
  expect(await statusOf(one, person.byPhone)).toBe('EXCLUDED');
  await probe(async () => (await statusOf(two, person.byPhone)) === 'EXCLUDED');
  // Nor can it be taken off again.
  const removal = await one.http('identity.removeIdentifier', { ...contact, password: PASSWORD }, { token });
  expect(refused(removal.body as Ack<unknown>).code).toBe('IDENTIFIER_BOUND');
  // Another account that proves the same national ID brings its own e-mail address into the exclusion.
  const other = await newCitizen(two);
  expect(await statusOf(one, { type: 'email', value: other.email })).toBe('CLEAR');
  ok((await two.http('identity.verifyNationalId', { nationalId, ...born }, { token: other.token })).body);
  expect(await statusOf(two, { type: 'email', value: other.email })).toBe('EXCLUDED');
});

test('who is excluded by phone and e-mail alone cannot shed them either', async () => {
  await using hub = await startTestHub();
  const { token, email } = await newCitizen(hub);
  const { phone } = newPerson();
  const contact = { type: 'phone', value: phone };
  const asked = await hub.http('identity.requestCode', { purpose: 'identifier', contact }, { token });
  const proof = { challengeId: ok(asked.body).challengeId, code: await codeSentTo(hub.platform, phone) };
  ok((await hub.http('identity.addIdentifier', { ...proof, password: PASSWORD }, { token })).body);
  const exclusion = { identifiers: [contact], period: '24h', source: 'person' };
  ok((await hub.http('exclusions.register', exclusion, { token })).body);
  for (const shed of [contact, { type: 'email', value: email }]) {
    const removal = await hub.http('identity.removeIdentifier', { ...shed, password: PASSWORD }, { token });
    expect(refused(removal.body as Ack<unknown>).code).toBe('IDENTIFIER_BOUND');
  }
});

test('neither an answer nor a log line has a code or a contact in it', async () => {
  const lines: string[] = [];
  const { pino } = await import('pino');
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  await using hub = await startTestHub({ log });
  const { email } = newPerson();
  const registered = await hub.http('identity.register', { email, password: PASSWORD });
  const code = await codeSentTo(hub.platform, email);
  const { challengeId } = ok(registered.body);
  await hub.http('identity.verifyContact', { challengeId, code: '000000' });
  ok((await hub.http('identity.verifyContact', { challengeId, code })).body);
  expect(await messagesTo(hub.platform, email)).toHaveLength(1);
  const text = lines.join() + JSON.stringify(registered.body);
  for (const hidden of [email, PASSWORD]) expect(text).not.toContain(hidden);
  expect(text).not.toMatch(new RegExp(`\\b${code}\\b`));
});
