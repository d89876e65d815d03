import { randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { TOTP, URI } from 'otpauth';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { codeSentTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { Browser, type Elsewhere, startHubBehind, startProvider } from './oidc-support.ts';
import { PASSWORD } from './support.ts';
import { newDeviceId } from './wire-support.ts';

function somebody(): Required<Elsewhere> {
  return { subject: `s-${randomBytes(6).toString('hex')}`, email: newPerson().email, emailVerified: true };
}

async function arrivalAt(hub: TestHub) {
  const browser = new Browser();
  const answer = await browser.signIn(hub);
  const code = answer.get('oidc');
  if (code === null) throw new Error(`no code: ${answer}`);
  return { code, verifier: browser.verifier };
}

type Arrival = Awaited<ReturnType<typeof arrivalAt>>;
const exchange = (hub: TestHub, arrival: Arrival) => hub.http('identity.exchangeOidcCode', arrival);

test('whoever is new here becomes a citizen, and is the same one the next time', async () => {
  await using provider = await startProvider();
  await using hub = await startHubBehind(provider);
  const person = somebody();
  provider.present(person);
  const first = ok((await exchange(hub, await arrivalAt(hub))).body);
  expect(first.account).toMatchObject({ email: person.email, role: 'citizen' });
  // Another address there is still the same person: issuer and subject are the link.
  provider.present({ ...person, email: newPerson().email, emailVerified: false });
  const second = ok((await exchange(hub, await arrivalAt(hub))).body);
  expect(second.account).toEqual(first.account);
  const token = second.accessToken;
  const { items } = ok((await hub.http('identity.loginHistory', {}, { token })).body);
  expect(items.map(({ method, outcome }) => `${method} ${outcome}`)).toEqual([
    'provider succeeded',
    'provider succeeded',
  ]);
  const { accountId } = ok((await hub.http('identity.profile', {}, { token })).body);
  expect(accountId).toBe(first.account.id);
});

test('the door learns without signing in whether a provider is offered', async () => {
  await using provider = await startProvider();
  await using behind = await startHubBehind(provider);
  await using alone = await startTestHub();
  expect(ok((await behind.http('identity.signInWays', {})).body)).toEqual({ provider: true });
  expect(ok((await alone.http('identity.signInWays', {})).body)).toEqual({ provider: false });
  expect(refused((await alone.http('identity.signInWays', { of: 'me' })).body).code).toBe('INVALID_INPUT');
});

test('there is no password to guess on an account without one', async () => {
  await using provider = await startProvider();
  await using hub = await startHubBehind(provider);
  const person = somebody();
  provider.present(person);
  const { accessToken: token } = ok((await exchange(hub, await arrivalAt(hub))).body);
  const login = await hub.http('identity.login', { email: person.email, password: 'null' });
  expect(refused(login.body).code).toBe('UNAUTHENTICATED');
  // The only way in stays.
  expect(refused((await hub.http('identity.unlinkOidc', {}, { token })).body).code).toBe('CONFLICT');
});

test('a code opens one session, however many ask at once, and none after a minute', async () => {
  await using provider = await startProvider();
  await using hub = await startHubBehind(provider);
  provider.present(somebody());
  const arrival = await arrivalAt(hub);
  const answers = await Promise.all([1, 2, 3].map(async () => (await exchange(hub, arrival)).body));
  expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
  expect(refused((await exchange(hub, arrival)).body).code).toBe('UNAUTHENTICATED');
  const late = await arrivalAt(hub);
  await hub.database.pool.query(`UPDATE oidc_codes SET expires_at = expires_at - interval '61 seconds'`);
  expect(refused((await exchange(hub, late)).body).code).toBe('UNAUTHENTICATED');
  expect(refused((await exchange(hub, { ...late, code: 'ko_nonsense' })).body).code).toBe('UNAUTHENTICATED');
  const { rows } = await hub.database.pool.query('SELECT digest FROM oidc_codes');
  expect(JSON.stringify(rows)).not.toContain(late.code);
});

test('an account with the same address is joined by its owner, after signing in to it, and by nobody else', async () => {
  await using provider = await startProvider();
  await using hub = await startHubBehind(provider);
  const bettor = await hub.bettor();
  provider.present({ ...somebody(), email: bettor.email });
  const arrival = await arrivalAt(hub);
  expect(refused((await exchange(hub, arrival)).body).code).toBe('LINK_REQUIRED');
  expect(refused((await exchange(hub, arrival)).body).code).toBe('LINK_REQUIRED');
  const link = (token: string) => hub.http('identity.linkOidc', arrival, { token });
  // A session of before proves nothing, nor does somebody else's.
  expect(refused((await link(bettor.token)).body)).toMatchObject({
    code: 'CONFLICT',
    details: [{ path: 'code' }],
  });
  const stranger = await hub.bettor();
  expect(refused((await link(stranger.token)).body)).toMatchObject({
    code: 'CONFLICT',
    details: [{ path: 'code' }],
  });
  const fresh = await hub.signIn(bettor.email, bettor.password);
  expect(ok((await link(fresh.token)).body).issuer).toBe(provider.env.OIDC_ISSUER);
  expect(refused((await link(fresh.token)).body).code).toBe('UNAUTHENTICATED');
  const session = ok((await exchange(hub, await arrivalAt(hub))).body);
  expect(session.account).toEqual(bettor.account);
  expect(ok((await hub.http('identity.unlinkOidc', {}, fresh)).body)).toEqual({ unlinked: 1 });
  expect(refused((await exchange(hub, await arrivalAt(hub))).body).code).toBe('LINK_REQUIRED');
});

test('an address that the provider has not verified leads nowhere', async () => {
  await using provider = await startProvider();
  await using hub = await startHubBehind(provider);
  const bettor = await hub.bettor();
  provider.present({ ...somebody(), email: bettor.email, emailVerified: false });
  expect((await new Browser().signIn(hub)).get('oidcError')).toBe('EMAIL_UNVERIFIED');
  provider.present({ subject: 'no-address' });
  expect((await new Browser().signIn(hub)).get('oidcError')).toBe('EMAIL_UNVERIFIED');
});

test('only the browser that began a sign-in ends it, once, with the state it was given', async () => {
  await using provider = await startProvider();
  await using hub = await startHubBehind(provider);
  provider.present(somebody());
  const browser = new Browser();
  let url = browser.startAt(hub);
  while (!url.pathname.endsWith('/callback')) url = new URL(await browser.step(url), url);
  const forged = new URL(url);
  forged.searchParams.set('state', 'another');
  expect((await new Browser().follow(url.href)).get('oidcError')).toBe('EXPIRED');
  const thief = new Browser();
  await thief.step(thief.startAt(hub));
  expect((await thief.follow(url.href)).get('oidcError')).toBe('REFUSED');
  expect((await browser.follow(forged.href)).get('oidcError')).toBe('REFUSED');
  // Its cookie is gone with the first attempt.
  expect((await browser.follow(url.href)).get('oidcError')).toBe('EXPIRED');
});

test('the code of another page opens nothing: nobody is signed in to a stranger’s account by a link', async () => {
  await using provider = await startProvider();
  await using hub = await startHubBehind(provider);
  provider.present(somebody());
  const attacker = await arrivalAt(hub);
  const victim = { code: attacker.code, verifier: new Browser().verifier };
  expect(refused((await exchange(hub, victim)).body).code).toBe('UNAUTHENTICATED');
  const { token } = await hub.bettor();
  expect(refused((await hub.http('identity.linkOidc', victim, { token })).body).code).toBe('UNAUTHENTICATED');
  // Trying it does not use it up.
  expect((await exchange(hub, attacker)).status).toBe(200);
  const page = `${hub.url}/api/auth/oidc/start`;
  expect((await new Browser().follow(page)).get('oidcError')).toBe('REFUSED');
});

test('a refusal at the provider, and a provider that is away, are told to the page', async () => {
  await using provider = await startProvider();
  await using hub = await startHubBehind(provider);
  expect((await new Browser().signIn(hub)).get('oidcError')).toBe('REFUSED');
  await using lost = await startTestHub({ env: { ...provider.env, OIDC_ISSUER: 'http://127.0.0.1:1' } });
  expect((await new Browser().signIn(lost)).get('oidcError')).toBe('UNAVAILABLE');
  await using without = await startTestHub();
  expect((await fetch(new Browser().startAt(without))).status).not.toBe(303);
});

test('one node begins the sign-in, the provider leads back to another, and the first opens the session', async () => {
  await using provider = await startProvider();
  await using one = await startHubBehind(provider);
  await using two = await startTestHub({ database: one.database, env: provider.env });
  provider.present(somebody());
  const arrival = await arrivalAt(two);
  const { accessToken: token } = ok((await exchange(two, arrival)).body);
  expect((await one.http('identity.me', {}, { token })).status).toBe(200);
});

test('a second factor is asked for behind a provider too, but not on a trusted device', async () => {
  await using provider = await startProvider();
  await using hub = await startHubBehind(provider);
  provider.present(somebody());
  const device = { id: newDeviceId(), name: 'Simu' };
  const exchangeOn = async () =>
    (await hub.http('identity.exchangeOidcCode', { ...(await arrivalAt(hub)), device })).body;
  const { accessToken: token, account } = ok(await exchangeOn());
  const { factorId, url } = ok((await hub.http('identity.startTotp', {}, { token })).body);
  const totp = URI.parse(url);
  const codeAt = (timestamp: number) => (totp instanceof TOTP ? totp.generate({ timestamp }) : '');
  // Without a password it takes a code to where they were known to be reached before this session.
  expect(ok((await hub.http('identity.listFactors', {}, { token })).body).firstNeeds).toBe('contact');
  const confirm = async (more: object) =>
    (await hub.http('identity.confirmTotp', { code: codeAt(Date.now()), ...more }, { token })).body;
  const codeTo = async (purpose: string, contact: { type: string; value: string }) => {
    const asked = await hub.http('identity.requestCode', { purpose, contact }, { token });
    return { challengeId: ok(asked.body).challengeId, code: await codeSentTo(hub.platform, contact.value) };
  };
  expect(refused(await confirm({})).code).toBe('FACTOR_PROOF_REQUIRED');
  expect(refused(await confirm({ password: PASSWORD })).code).toBe('WRONG_PASSWORD');
  const later = { type: 'phone', value: newPerson().phone };
  const proved = { type: 'email', value: account.email ?? '' };
  const add = async (more: object) => {
    const input = { ...(await codeTo('identifier', later)), ...more };
    return (await hub.http('identity.addIdentifier', input, { token })).body;
  };
  expect(refused(await add({})).code).toBe('FACTOR_PROOF_REQUIRED');
  ok(await add({ contactProof: await codeTo('contact', proved) }));
  expect(refused(await confirm({ contactProof: await codeTo('contact', later) })).code).toBe('CODE_REFUSED');
  ok(await confirm({ contactProof: await codeTo('contact', proved) }));
  const { code, details } = refused(await exchangeOn());
  expect(code).toBe('SECOND_FACTOR_REQUIRED');
  const challengeId = details?.find(({ path }) => path === 'challengeId')?.message;
  const proof = { challengeId, factor: factorId, code: codeAt(Date.now() + 30_000), device };
  const session = ok((await hub.http('identity.completeLogin', proof)).body);
  expect(session.account).toEqual(account);
  const { items } = ok((await hub.http('identity.listDevices', {}, { token: session.accessToken })).body);
  const trust = { deviceId: items[0]?.id };
  ok((await hub.http('identity.trustDevice', trust, { token: session.accessToken })).body);
  expect(ok(await exchangeOn()).account).toEqual(account);
});

test('a role that is changed while somebody comes by a provider is the one they come in with', async () => {
  await using provider = await startProvider();
  await using hub = await startHubBehind(provider);
  provider.present(somebody());
  const { account } = ok((await exchange(hub, await arrivalAt(hub))).body);
  const arrival = await arrivalAt(hub);
  const admin = await hub.database.pool.connect();
  try {
    // Written and not yet committed: the account is still found as it was.
    await admin.query('BEGIN');
    await admin.query(`UPDATE accounts SET role = 'bettor' WHERE id = $1`, [account.id]);
    const session = exchange(hub, arrival);
    await probe(async () => {
      const waiting = await hub.database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return waiting.rowCount === 1;
    });
    await admin.query('COMMIT');
    const { accessToken, account: found } = ok((await session).body);
    expect(found.role).toBe('bettor');
    expect(decodeJwt(accessToken).role).toBe('bettor');
  } finally {
    await admin.query('ROLLBACK');
    admin.release();
  }
});

test('a suspended account is not opened by a provider either', async () => {
  await using provider = await startProvider();
  await using hub = await startHubBehind(provider);
  provider.present(somebody());
  const { account } = ok((await exchange(hub, await arrivalAt(hub))).body);
  const { token } = await hub.admin();
  const input = { accountId: account.id, reason: 'Shared login' };
  ok((await hub.http('identity.suspendAccount', input, { token })).body);
  expect(refused((await exchange(hub, await arrivalAt(hub))).body).code).toBe('FORBIDDEN');
});

test('joining is for accounts that are signed in, and codes have a shape', async () => {
  await using hub = await startTestHub();
  const key = await hub.operatorKey();
  for (const [name, input] of [
    ['identity.linkOidc', { code: 'ko_1', verifier: new Browser().verifier }],
    ['identity.unlinkOidc', {}],
  ] as const) {
    expect(refused((await hub.http(name, input)).body).code).toBe('UNAUTHENTICATED');
    expect(refused((await hub.http(name, input, { apiKey: key.apiKey })).body).code).toBe('FORBIDDEN');
  }
  const { details } = refused((await hub.http('identity.exchangeOidcCode', { code: '' })).body);
  expect(details?.map(({ path }) => path)).toEqual(['code', 'verifier']);
});
