import { newSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import type { KingaError } from '@kinga/shared/contract/errors.ts';
import { TOTP, URI } from 'otpauth';
import { expect, test } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { createTestDatabase } from '../support/database.ts';
import { codeSentTo, messagesTo, wrongCode } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { codeFor, handlersOf, newCitizen, signInBy } from './registration-support.ts';
import { type IdentityNode, PASSWORD, startIdentity, startIdentityNode } from './support.ts';

const STEP_MS = 30_000;
const stepNow = () => Math.floor(Date.now() / STEP_MS);
type Citizen = Awaited<ReturnType<typeof newCitizen>>;

/** An authenticator app with the key in it; `steps` from now. */
function appOf(url: string): (steps?: number) => string {
  const totp = URI.parse(url);
  if (!(totp instanceof TOTP)) throw new Error('not a TOTP');
  return (steps = 0) => totp.generate({ timestamp: Date.now() + steps * STEP_MS });
}

async function enrolTotp(node: IdentityNode, citizen: Citizen) {
  const { url, factorId } = await handlersOf(node).startTotp({}, callBy(citizen.actor));
  const app = appOf(url);
  const { recoveryCodes } = await handlersOf(node).confirmTotp(
    { code: app(), password: PASSWORD },
    callBy(citizen.actor),
  );
  await forgetUsedCodes(node);
  return { factorId, app, recoveryCodes };
}

/** As if the codes used so far were of long ago. */
async function forgetUsedCodes(node: IdentityNode): Promise<void> {
  await node.platform.db.query('UPDATE second_factors SET last_step = NULL');
}

/** Adds a factor, proved by the first in force when there is one. */
async function addProvedFactor(
  node: IdentityNode,
  { actor }: Citizen,
  given: { challengeId: string; code: string },
) {
  const { addFactor, challengeFactor, listFactors } = handlersOf(node);
  const { rows } = await node.platform.db.query<{ secret: Buffer }>(
    'SELECT secret FROM second_factors WHERE confirmed_at IS NOT NULL ORDER BY created_at LIMIT 1',
  );
  const [first] = (await listFactors({}, callBy(actor))).items;
  if (first === undefined || rows[0] === undefined) {
    return await addFactor({ ...given, password: PASSWORD }, callBy(actor));
  }
  const { challengeId } = await challengeFactor({ factor: first.id }, callBy(actor));
  const code = await codeSentTo(node.platform, node.platform.crypto.open(rows[0].secret));
  return await addFactor({ ...given, proof: { challengeId, factor: first.id, code } }, callBy(actor));
}

/** Signs in with the right password; gives the challenge that the refusal carries. */
async function challengeOf(node: IdentityNode, citizen: Citizen) {
  const error = await refusal(signInBy(node, citizen.by));
  expect(error.code).toBe('SECOND_FACTOR_REQUIRED');
  return spelled(error);
}

function spelled(error: KingaError) {
  const details = new Map(error.details?.map(({ path, message }) => [path, message]));
  const factors = [0, 1, 2, 3, 4].flatMap((i) => {
    const id = details.get(`factors[${i}].id`);
    if (id === undefined) return [];
    return [{ id, kind: details.get(`factors[${i}].kind`), hint: details.get(`factors[${i}].hint`) }];
  });
  return { challengeId: details.get('challengeId') ?? '', factors };
}

function complete(node: IdentityNode, proof: { challengeId: string; factor: string; code: string }) {
  return handlersOf(node).completeLogin(proof, callBy());
}

test('with an authenticator app the password alone opens nothing; with its code it opens a session', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const started = await handlersOf(node).startTotp({}, callBy(citizen.actor));
  expect(started.url).toMatch(/^otpauth:\/\/totp\/Kinga:/);
  expect(started.qrSvg).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
  // Until it is confirmed it is not asked for.
  await expect(signInBy(node, citizen.by)).resolves.toBeDefined();
  const app = appOf(started.url);
  const { factor, recoveryCodes } = await handlersOf(node).confirmTotp(
    { code: app(), password: PASSWORD },
    callBy(citizen.actor),
  );
  expect(factor).toMatchObject({ id: started.factorId, kind: 'totp', hint: '' });
  expect(new Set(recoveryCodes).size).toBe(10);
  await forgetUsedCodes(node);
  const { challengeId, factors } = await challengeOf(node, citizen);
  expect(factors).toEqual([{ id: started.factorId, kind: 'totp', hint: '' }]);
  const session = await complete(node, { challengeId, factor: started.factorId, code: app() });
  expect(session.account.id).toBe(citizen.accountId);
  const actor = await node.identity.authenticateToken(session.accessToken);
  const { items } = await handlersOf(node).listSessions({}, callBy(actor));
  expect(items.find(({ current }) => current)?.method).toBe('secondFactor');
  expect(await handlersOf(node).listFactors({}, callBy(actor))).toMatchObject({
    items: [{ kind: 'totp' }],
    recoveryCodesLeft: 10,
  });
  expect((await messagesTo(node.platform, citizen.to)).map(({ template }) => template)).toContain(
    'factorAdded',
  );
});

test('a wrong password learns nothing of second factors', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  await enrolTotp(node, citizen);
  expect((await refusal(signInBy(node, citizen.by, 'not the password'))).code).toBe('UNAUTHENTICATED');
});

test('a code of an authenticator app is good once: replayed, also at once and on another node, it is refused', async () => {
  await using database = await createTestDatabase();
  const secrets = newSecrets();
  await using one = await startIdentityNode(database, { secrets });
  await using two = await startIdentityNode(database, { secrets });
  const citizen = await newCitizen(one);
  const { factorId: factor, app } = await enrolTotp(one, citizen);
  const code = app();
  const challenges = await Promise.all([one, two, one, two].map((node) => challengeOf(node, citizen)));
  const results = await Promise.allSettled(
    challenges.map(async ({ challengeId }, i) => complete(i % 2 ? two : one, { challengeId, factor, code })),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const { challengeId } = await challengeOf(one, citizen);
  expect((await refusal(complete(two, { challengeId, factor, code }))).code).toBe('CODE_REFUSED');
  await expect(complete(two, { challengeId, factor, code: app(1) })).resolves.toBeDefined();
});

test('the code that confirmed the app does not sign in as well', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { url, factorId } = await handlersOf(node).startTotp({}, callBy(citizen.actor));
  const code = appOf(url)();
  await handlersOf(node).confirmTotp({ code, password: PASSWORD }, callBy(citizen.actor));
  const { challengeId } = await challengeOf(node, citizen);
  expect((await refusal(complete(node, { challengeId, factor: factorId, code }))).code).toBe('CODE_REFUSED');
});

test('a telephone may be one step early or late, and no more', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { factorId: factor, app } = await enrolTotp(node, citizen);
  const isTaken = async (steps: number): Promise<boolean> => {
    await forgetUsedCodes(node);
    const { challengeId } = await challengeOf(node, citizen);
    const step = stepNow();
    const [outcome] = await Promise.allSettled([complete(node, { challengeId, factor, code: app(steps) })]);
    // Between the two the next step may have begun, and the code be one more step away.
    return step === stepNow() ? outcome.status === 'fulfilled' : await isTaken(steps);
  };
  for (const steps of [-1, 1]) expect(await isTaken(steps)).toBe(true);
  await forgetUsedCodes(node);
  const { challengeId } = await challengeOf(node, citizen);
  for (const steps of [-3, 3]) {
    const late = complete(node, { challengeId, factor, code: app(steps) });
    expect((await refusal(late)).code).toBe('CODE_REFUSED');
  }
});

test('three wrong codes lock a sign-in; ten an hour lock the second step of the account', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { factorId: factor, app } = await enrolTotp(node, citizen);
  const { challengeId } = await challengeOf(node, citizen);
  for (let i = 0; i < 3; i++) {
    const wrong = complete(node, { challengeId, factor, code: wrongCode(app()) });
    expect((await refusal(wrong)).code).toBe('CODE_REFUSED');
  }
  expect((await refusal(complete(node, { challengeId, factor, code: app() }))).code).toBe('CODE_REFUSED');
  for (let i = 0; i < 7; i++) {
    const next = await challengeOf(node, citizen);
    await refusal(complete(node, { ...next, factor, code: wrongCode(app()) }));
  }
  const last = await challengeOf(node, citizen);
  const limited = await refusal(complete(node, { ...last, factor, code: app() }));
  expect(limited.code).toBe('RATE_LIMITED');
  expect(limited.retryAfterMs).toBeGreaterThan(3_000_000);
});

test('wrong codes sent at once do not outrun the lock', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { factorId: factor, app } = await enrolTotp(node, citizen);
  const { challengeId } = await challengeOf(node, citizen);
  const wrong = { challengeId, factor, code: wrongCode(app()) };
  await Promise.allSettled(Array.from({ length: 9 }, async () => complete(node, wrong)));
  const { rows } = await node.database.pool.query('SELECT wrong FROM challenges WHERE id = $1', [
    challengeId,
  ]);
  expect(rows).toEqual([{ wrong: 3 }]);
});

test('a phone and an e-mail address are second factors once proved, and get their codes when chosen', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { phone, email } = newPerson();
  for (const [type, value] of [
    ['phone', phone],
    ['email', email],
  ] as const) {
    const proof = await codeFor(node, citizen.actor, { purpose: 'factor', type, value });
    await addProvedFactor(node, citizen, proof);
    expect((await refusal(addProvedFactor(node, citizen, proof))).code).toBe('CODE_REFUSED');
  }
  for (const [kind, to] of [
    ['sms', phone],
    ['email', email],
  ] as const) {
    const { challengeId, factors } = await challengeOf(node, citizen);
    expect(factors.map((one) => one.kind)).toEqual(['sms', 'email']);
    const chosen = factors.find((one) => one.kind === kind);
    expect(to).not.toContain(chosen?.hint);
    const factor = chosen?.id ?? '';
    const enrolment = await codeSentTo(node.platform, to);
    expect((await refusal(complete(node, { challengeId, factor, code: enrolment }))).code).toBe(
      'CODE_REFUSED',
    );
    const sent = await handlersOf(node).sendLoginCode({ challengeId, factor }, callBy());
    expect(sent.challengeId).toBe(challengeId);
    const code = await codeSentTo(node.platform, to);
    await expect(complete(node, { challengeId, factor, code })).resolves.toBeDefined();
    expect((await refusal(complete(node, { challengeId, factor, code }))).code).toBe('CODE_REFUSED');
  }
});

test('the first factor needs the password: a stolen session does not lock its owner out', async () => {
  await using node = await startIdentity();
  const { actor, to } = await newCitizen(node);
  const { startTotp, confirmTotp, addFactor, listFactors } = handlersOf(node);
  const code = appOf((await startTotp({}, callBy(actor))).url)();
  const given = await codeFor(node, actor, { purpose: 'factor', type: 'phone', value: newPerson().phone });
  const own = await codeFor(node, actor, { purpose: 'contact', type: 'email', value: to });
  for (const more of [{}, { contactProof: own }]) {
    const confirmed = await refusal(confirmTotp({ code, ...more }, callBy(actor)));
    expect(confirmed.code).toBe('FACTOR_PROOF_REQUIRED');
    const added = await refusal(addFactor({ ...given, ...more }, callBy(actor)));
    expect(added.code).toBe('FACTOR_PROOF_REQUIRED');
  }
  const guess = { password: 'not the password' };
  expect((await refusal(confirmTotp({ code, ...guess }, callBy(actor)))).code).toBe('WRONG_PASSWORD');
  for (let i = 0; i < 9; i++) await refusal(addFactor({ ...given, ...guess }, callBy(actor)));
  const right = { ...given, password: PASSWORD };
  expect((await refusal(addFactor(right, callBy(actor)))).code).toBe('RATE_LIMITED');
  const elsewhere = callBy(actor, { address: '203.0.113.5' });
  expect(await listFactors({}, elsewhere)).toMatchObject({ items: [], firstNeeds: 'password' });
  await expect(addFactor(right, elsewhere)).resolves.toMatchObject({ kind: 'sms' });
});

test('a further factor needs a proof by one in force: a stolen session adds none of its own', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { factorId, app } = await enrolTotp(node, citizen);
  const { phone } = newPerson();
  const call = callBy(citizen.actor);
  const { addFactor, challengeFactor } = handlersOf(node);
  const given = await codeFor(node, citizen.actor, { purpose: 'factor', type: 'phone', value: phone });
  expect((await refusal(addFactor(given, call))).code).toBe('FACTOR_PROOF_REQUIRED');
  const { challengeId } = await challengeFactor({ factor: factorId }, call);
  const proof = { challengeId, factor: factorId, code: wrongCode(app()) };
  expect((await refusal(addFactor({ ...given, proof }, call))).code).toBe('CODE_REFUSED');
  const added = await addFactor({ ...given, proof: { ...proof, code: app() } }, call);
  expect(added).toMatchObject({ kind: 'sms' });
});

test('a code is sent only for a factor of the account, and never for an unknown sign-in', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const stranger = await newCitizen(node);
  const { phone } = newPerson();
  await enrolTotp(node, citizen);
  const proof = await codeFor(node, stranger.actor, { purpose: 'factor', type: 'phone', value: phone });
  const foreign = await handlersOf(node).addFactor({ ...proof, password: PASSWORD }, callBy(stranger.actor));
  const { challengeId } = await challengeOf(node, citizen);
  const { sendLoginCode } = handlersOf(node);
  const unknown = [
    { challengeId, factor: foreign.id },
    { challengeId, factor: 'fct_none' },
    { challengeId: 'chl_none', factor: foreign.id },
  ];
  for (const input of unknown) {
    expect((await refusal(sendLoginCode(input, callBy()))).code).toBe('CODE_REFUSED');
  }
  expect((await messagesTo(node.platform, phone)).filter(({ template }) => template === 'code')).toHaveLength(
    1,
  );
});

test('a recovery code signs in once, however it is typed', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { recoveryCodes } = await enrolTotp(node, citizen);
  const [code = ''] = recoveryCodes;
  const { challengeId } = await challengeOf(node, citizen);
  const typed = { challengeId, factor: 'recovery', code: code.toLowerCase().replace('-', ' ') };
  const { accessToken } = await complete(node, typed);
  const actor = await node.identity.authenticateToken(accessToken);
  expect((await handlersOf(node).listFactors({}, callBy(actor))).recoveryCodesLeft).toBe(9);
  const next = await challengeOf(node, citizen);
  const again = complete(node, { ...next, factor: 'recovery', code });
  expect((await refusal(again)).code).toBe('CODE_REFUSED');
});

test('a trusted device is not asked for the second factor', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { factorId: factor, app } = await enrolTotp(node, citizen);
  const device = { id: 'a-random-device-id-0123456789', name: 'Simu yangu' };
  const input = { email: citizen.to, password: PASSWORD, device };
  const { login, completeLogin, listDevices, trustDevice } = handlersOf(node);
  const { challengeId } = spelled(await refusal(login(input, callBy())));
  const session = await completeLogin({ challengeId, factor, code: app(), device }, callBy());
  const actor = await node.identity.authenticateToken(session.accessToken);
  const { items } = await listDevices({}, callBy(actor));
  const mine = items.find(({ name }) => name === device.name);
  await trustDevice({ deviceId: mine?.id ?? '' }, callBy(actor));
  await expect(login(input, callBy())).resolves.toBeDefined();
  await challengeOf(node, citizen);
});

test('a second factor is removed by whoever holds one; then the password is enough again', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { factorId, app, recoveryCodes } = await enrolTotp(node, citizen);
  const { challengeFactor, removeFactor, listFactors } = handlersOf(node);
  const call = callBy(citizen.actor);
  const { challengeId } = await challengeFactor({ factor: factorId }, call);
  const proof = { factorId, challengeId, factor: factorId };
  expect((await refusal(removeFactor({ ...proof, code: wrongCode(app()) }, call))).code).toBe('CODE_REFUSED');
  const stranger = await newCitizen(node);
  const foreign = removeFactor({ ...proof, code: app() }, callBy(stranger.actor));
  expect((await refusal(foreign)).code).toBe('CODE_REFUSED');
  // A challenge of a sign-in proves nothing here, nor the other way round.
  const login = await challengeOf(node, citizen);
  const mixed = removeFactor({ ...proof, challengeId: login.challengeId, code: app() }, call);
  expect((await refusal(mixed)).code).toBe('CODE_REFUSED');
  expect((await refusal(complete(node, { ...proof, code: app() }))).code).toBe('CODE_REFUSED');
  const [code = ''] = recoveryCodes;
  await removeFactor({ ...proof, factor: 'recovery', code }, call);
  expect(await listFactors({}, call)).toEqual({ items: [], recoveryCodesLeft: 0, firstNeeds: 'password' });
  await expect(signInBy(node, citizen.by)).resolves.toBeDefined();
  expect((await messagesTo(node.platform, citizen.to)).at(-1)?.template).toBe('factorRemoved');
});

test('an SMS factor proves its owner when it is to be removed itself', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { phone } = newPerson();
  const proof = await codeFor(node, citizen.actor, { purpose: 'factor', type: 'phone', value: phone });
  const { id } = await handlersOf(node).addFactor({ ...proof, password: PASSWORD }, callBy(citizen.actor));
  const { challengeId } = await handlersOf(node).challengeFactor({ factor: id }, callBy(citizen.actor));
  const code = await codeSentTo(node.platform, phone);
  const input = { factorId: id, factor: id, challengeId, code };
  await handlersOf(node).removeFactor(input, callBy(citizen.actor));
  expect((await handlersOf(node).listFactors({}, callBy(citizen.actor))).items).toEqual([]);
  const unknown = handlersOf(node).challengeFactor({ factor: id }, callBy(citizen.actor));
  expect((await refusal(unknown)).code).toBe('NOT_FOUND');
});

test('one authenticator app an account: a second start replaces an unconfirmed one and no other', async () => {
  await using node = await startIdentity();
  const { actor } = await newCitizen(node);
  const { startTotp, confirmTotp } = handlersOf(node);
  expect(await refusal(confirmTotp({ code: '123456' }, callBy(actor)))).toMatchObject({
    code: 'NOT_FOUND',
    details: [{ path: 'code' }],
  });
  const first = await startTotp({}, callBy(actor));
  const second = await startTotp({}, callBy(actor));
  expect(
    (await refusal(confirmTotp({ code: appOf(first.url)(), password: PASSWORD }, callBy(actor)))).code,
  ).toBe('CODE_REFUSED');
  const results = await Promise.allSettled(
    [1, 2].map(async () => confirmTotp({ code: appOf(second.url)(), password: PASSWORD }, callBy(actor))),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect((await refusal(startTotp({}, callBy(actor)))).code).toBe('CONFLICT');
});

test('keys, contacts and recovery codes are stored sealed or as digests, and recorded nowhere', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { url } = await handlersOf(node).startTotp({}, callBy(citizen.actor));
  const secret = (URI.parse(url) as TOTP).secret.base32;
  const { recoveryCodes } = await handlersOf(node).confirmTotp(
    { code: appOf(url)(), password: PASSWORD },
    callBy(citizen.actor),
  );
  const { phone } = newPerson();
  const given = await codeFor(node, citizen.actor, { purpose: 'factor', type: 'phone', value: phone });
  const [code = ''] = recoveryCodes;
  const { challengeId } = await handlersOf(node).challengeFactor(
    { factor: 'recovery' },
    callBy(citizen.actor),
  );
  const proof = { challengeId, factor: 'recovery', code };
  await handlersOf(node).addFactor({ ...given, proof }, callBy(citizen.actor));
  const texts: string[] = [];
  for (const table of ['second_factors', 'recovery_codes', 'challenges', 'audit_log', 'outbox', 'messages']) {
    texts.push(JSON.stringify((await node.database.pool.query(`SELECT t::text FROM ${table} t`)).rows));
  }
  const text = texts.join();
  for (const hidden of [secret, phone, ...recoveryCodes]) {
    expect(text).not.toContain(hidden);
    expect(text).not.toContain(Buffer.from(hidden).toString('hex'));
  }
});
