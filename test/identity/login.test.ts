import { expect, test } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { login, newAccount, PASSWORD, signIn, startIdentity } from './support.ts';

test('the right password opens a session whose token says who it is', async () => {
  await using node = await startIdentity();
  const { account, session, actor } = await signIn(node.identity, 'regulator');
  expect(session.account).toEqual(account);
  expect(actor).toMatchObject({ accountId: account.id, role: 'regulator', operatorId: null });
  expect(new Date(session.expiresAt).getTime()).toBe(actor.expiresAt);
  const lifeMs = actor.expiresAt - Date.now();
  expect(lifeMs).toBeGreaterThan(14 * 60_000);
  expect(lifeMs).toBeLessThanOrEqual(15 * 60_000);
  expect(await node.identity.domain.handlers.me({}, callBy(actor))).toEqual(account);
});

test('a wrong password and an unknown address get the same answer', async () => {
  await using node = await startIdentity();
  const account = await newAccount(node.identity);
  const wrong = await refusal(login(node.identity, account.email, 'not the password'));
  const unknown = await refusal(login(node.identity, 'nobody@example.co.ke', PASSWORD));
  expect(wrong.code).toBe('UNAUTHENTICATED');
  expect(unknown.code).toBe(wrong.code);
  expect(unknown.message).toBe(wrong.message);
});

test('an unknown address costs the work of a known one', async () => {
  await using node = await startIdentity();
  const account = await newAccount(node.identity);
  const unknownWork: number[] = [];
  const knownWork: number[] = [];
  for (let i = 0; i < 5; i++) {
    unknownWork.push(await workOf(() => refusal(login(node.identity, `nobody${i}@example.co.ke`))));
    knownWork.push(await workOf(() => refusal(login(node.identity, account.email, 'not the password'))));
  }
  // Hashing takes tens of milliseconds of a processor and a query one: without it this would be far below a half.
  expect(Math.min(...unknownWork)).toBeGreaterThan(Math.min(...knownWork) / 2);
});

test('wrong passwords are limited for the address that sends them, and for nobody else', async () => {
  await using node = await startIdentity();
  const account = await newAccount(node.identity);
  const attempt = (password: string, address: string) =>
    node.identity.domain.handlers.login({ email: account.email, password }, callBy(undefined, { address }));
  const codes: string[] = [];
  for (let i = 0; i < 12; i++) codes.push((await refusal(attempt(`wrong number ${i}`, '203.0.113.7'))).code);
  expect(codes.slice(0, 10)).toEqual(Array<string>(10).fill('UNAUTHENTICATED'));
  expect(codes.slice(10)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
  // Even the right one has to wait there, or the limit would tell that it is right.
  const limited = await refusal(attempt(PASSWORD, '203.0.113.7'));
  expect(limited.code).toBe('RATE_LIMITED');
  expect(limited.retryAfterMs).toBeGreaterThan(0);
  expect(limited.retryAfterMs).toBeLessThanOrEqual(60_000);
  await expect(attempt(PASSWORD, '198.51.100.3')).resolves.toMatchObject({ account });
});

test('right passwords are never limited, however many at once', async () => {
  await using node = await startIdentity();
  const account = await newAccount(node.identity);
  const sessions = await Promise.all(Array.from({ length: 20 }, () => login(node.identity, account.email)));
  expect(new Set(sessions.map((session) => session.refreshToken)).size).toBe(20);
});

test('a flood of logins is refused beyond a bounded queue, with a time to come back', async () => {
  await using node = await startIdentity();
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, (_, i) => refusal(login(node.identity, `flood${i}@example.co.ke`))),
  );
  const refused = outcomes.filter((error) => error.code === 'UNAVAILABLE');
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(100);
  expect(refused[0]?.retryAfterMs).toBeGreaterThan(0);
  // Those that are not refused are hashed one after the other: 4 s, and more where the processors are busy.
});

/** How long processors worked for it: a busy machine keeps it waiting besides, one call longer than the other. */
async function workOf(call: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await call();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
