import type { Bye } from '@kinga/shared/contract/wire.ts';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';
import { promptly } from '../support/promptly.ts';

const LOOKUP = { identifiers: [{ type: 'nationalId', value: '23456789' }], purpose: 'bet' };

/** A second key, of the same operator as another or of a new one, with these terms. */
async function keyWith(hub: TestHub, terms: object, operatorId?: string) {
  const { token } = await hub.admin();
  const id = operatorId ?? (await hub.operatorKey()).operatorId;
  const scopes = ['exclusions:lookup', 'exclusions:watch'];
  const request = { operatorId: id, label: 'till', scopes, ...terms };
  return { operatorId: id, ...ok((await hub.http('operators.issueKey', request, { token })).body) };
}

async function statusOf(hub: TestHub, apiKey: string, headers = {}) {
  return (await hub.http('exclusions.lookup', LOOKUP, { apiKey, headers })).status;
}

test('a rotated key: the new one works at once everywhere, the old one ends by itself on every node', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const { token } = await one.admin();
  const { apiKey, keyId } = await one.operatorKey();
  const sockets = [await one.connect({ apiKey }), await two.connect({ apiKey })];
  const byes: string[] = [];
  for (const socket of sockets) socket.once('bye', (bye: Bye) => byes.push(bye.code));
  // Long enough for a slow machine to use the old key everywhere before it ends.
  const rotation = { keyId, overlapHours: 6 / 3600 };
  const rotated = ok((await one.http('operators.rotateKey', rotation, { token })).body);
  for (const hub of [one, two]) {
    expect(await statusOf(hub, rotated.apiKey)).toBe(200);
    expect(await statusOf(hub, apiKey)).toBe(200);
  }
  // Through the overlap nobody is cut off.
  for (const [index, hub] of [one, two].entries()) {
    expect(ok(await hub.call(sockets[index]!, 'exclusions.lookup', LOOKUP)).status).toBe('CLEAR');
  }
  expect(byes).toEqual([]);
  await probe(() => sockets.every((socket) => !socket.connected));
  expect(byes).toEqual(['EXPIRED', 'EXPIRED']);
  for (const hub of [one, two]) {
    expect(await statusOf(hub, apiKey)).toBe(401);
    await expect(hub.connect({ apiKey })).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
    expect(await statusOf(hub, rotated.apiKey)).toBe(200);
  }
  const again = await one.http('operators.rotateKey', rotation, { token });
  expect(refused(again.body).code).toBe('CONFLICT');
});

test('of rotations at once one makes a key; it has the terms of the old one', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const terms = { allowedAddresses: ['127.0.0.0/8'], quotaPerDay: 50, mode: 'block', environment: 'sandbox' };
  const { keyId, operatorId } = await keyWith(hub, terms);
  const answers = await Promise.all(
    Array.from({ length: 5 }, async () =>
      hub.http('operators.rotateKey', { keyId, overlapHours: 1 }, { token }),
    ),
  );
  const [made] = answers.filter(({ body }) => body.ok).map(({ body }) => ok(body));
  expect(answers.filter(({ body }) => body.ok)).toHaveLength(1);
  expect(made?.apiKey).toMatch(/^kk_test_/);
  const { items } = ok((await hub.http('operators.listKeys', { operatorId }, { token })).body);
  const [old, fresh] = [keyId, made?.keyId].map((id) => items.find((item) => item.id === id));
  expect(fresh).toMatchObject({ ...terms, expiresAt: null, state: 'active', scopes: old?.scopes });
  expect(old).toMatchObject({ replacedBy: made?.keyId, expiresAt: made?.oldKeyEndsAt });
});

test('a key ends when it was said to, and its sockets with it', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const past = { operatorId: 'x', label: 'x', scopes: ['exclusions:lookup'], expiresAt: '2020-01-01' };
  const { operatorId } = await hub.operatorKey();
  const late = await hub.http('operators.issueKey', { ...past, operatorId }, { token });
  expect(refused(late.body)).toMatchObject({ code: 'INVALID_INPUT', details: [{ path: 'expiresAt' }] });
  // Long enough for a slow machine to make the key and connect with it before.
  const { apiKey } = await keyWith(hub, { expiresAt: new Date(Date.now() + 6_000).toISOString() });
  const socket = await hub.connect({ apiKey });
  const bye = new Promise<Bye>((resolve) => socket.once('bye', resolve));
  expect((await bye).code).toBe('EXPIRED');
  expect(await statusOf(hub, apiKey)).toBe(401);
});

test('an allow-list holds for HTTP and sockets, by the address behind the proxy; refusals are told once', async () => {
  await using hub = await startTestHub({ env: { TRUSTED_PROXIES: '127.0.0.1' } });
  const { apiKey, keyId } = await keyWith(hub, { allowedAddresses: ['203.0.113.7', '2001:db8::/32'] });
  const from = (address: string) => ({ 'x-forwarded-for': address });
  expect(await statusOf(hub, apiKey, from('203.0.113.7'))).toBe(200);
  expect(await statusOf(hub, apiKey, from('2001:db8:1::9'))).toBe(200);
  // What the client says of itself is left of what the proxy says.
  expect(await statusOf(hub, apiKey, from('203.0.113.7, 198.51.100.4'))).toBe(401);
  expect(await statusOf(hub, apiKey)).toBe(401);
  const connect = (address: string) => hub.connect({ apiKey }, { extraHeaders: from(address) });
  const socket = await connect('203.0.113.7');
  expect(ok(await hub.call(socket, 'exclusions.lookup', LOOKUP)).status).toBe('CLEAR');
  await expect(connect('198.51.100.4')).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
  const audit = async () =>
    (
      await hub.database.pool.query(
        `SELECT details FROM audit_log WHERE action = 'key.refused' AND subject = $1`,
        [keyId],
      )
    ).rows;
  await probe(async () => (await audit()).length > 0);
  expect(await audit()).toEqual([{ details: { why: 'address' } }]);
  const metrics = await hub.platform.metrics.registry.getSingleMetricAsString('kinga_keys_refused_total');
  expect(metrics).toMatch(/why="address"[^\n]* 3\n?/);
});

test('a refusal for the address is not told from that of a key that does not exist', async () => {
  await using hub = await startTestHub();
  const { apiKey } = await keyWith(hub, { allowedAddresses: ['203.0.113.7'] });
  const { keyId, apiKey: revoked } = await keyWith(hub, {});
  const { token } = await hub.admin();
  ok((await hub.http('operators.revokeKey', { keyId }, { token })).body);
  const words = async (key: string) => {
    const { code, message } = refused((await hub.http('exclusions.lookup', LOOKUP, { apiKey: key })).body);
    return { code, message };
  };
  expect(await words(apiKey)).toEqual(await words(revoked));
});

test('changed terms hold on every node within a second: who may stay stays, who may not goes', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const { token } = await one.admin();
  const { apiKey, keyId } = await one.operatorKey();
  const socket = await two.connect({ apiKey });
  const byes: string[] = [];
  socket.on('bye', (bye: Bye) => byes.push(bye.code));
  const update = async (terms: object) =>
    ok((await one.http('operators.updateKey', { keyId, ...terms }, { token })).body);
  expect(await update({ quotaPerDay: 2, label: 'new' })).toMatchObject({ label: 'new', quotaPerDay: 2 });
  await promptly(
    async () => {
      const ack = await two.call(socket, 'exclusions.lookup', LOOKUP);
      return !ack.ok && ack.error.code === 'RATE_LIMITED';
    },
    { ms: 1_500 },
  );
  expect(byes).toEqual([]);
  await update({ quotaPerDay: null });
  await promptly(async () => (await two.call(socket, 'exclusions.lookup', LOOKUP)).ok, { ms: 1_500 });
  await update({ allowedAddresses: ['203.0.113.7'] });
  await promptly(() => !socket.connected, { ms: 1_500 });
  expect(byes).toEqual(['REVOKED']);
  expect(await statusOf(two, apiKey)).toBe(401);
  await update({ allowedAddresses: [] });
  await promptly(async () => (await statusOf(two, apiKey)) === 200, { ms: 1_500 });
  // With fewer scopes it comes again: what it watches rested on them.
  const watcher = await two.connect({ apiKey });
  const bye = new Promise<Bye>((resolve) => watcher.once('bye', resolve));
  await update({ scopes: ['exclusions:lookup'] });
  expect((await bye).code).toBe('CHANGED');
  const { rows } = await one.database.pool.query(
    `SELECT details FROM audit_log WHERE action = 'key.updated' ORDER BY id LIMIT 1`,
  );
  expect(rows[0].details.fields).toEqual(['label', 'quotaPerDay']);
});

test('a quota per second lets through what was agreed and says when to come back', async () => {
  await using hub = await startTestHub();
  const { apiKey } = await keyWith(hub, { quotaPerSecond: 5 });
  const socket = await hub.connect({ apiKey });
  const acks = await Promise.all(
    Array.from({ length: 20 }, () => hub.call(socket, 'exclusions.lookup', LOOKUP)),
  );
  const errors = acks.filter((ack) => !ack.ok).map(refused);
  expect(errors.length).toBeGreaterThanOrEqual(10);
  for (const error of errors) {
    expect(error.code).toBe('RATE_LIMITED');
    expect(error.retryAfterMs).toBeLessThanOrEqual(1_000);
  }
  await promptly(async () => (await hub.call(socket, 'exclusions.lookup', LOOKUP)).ok, { ms: 1_500 });
});

test('a day’s quota is one over all nodes, counts each item, and ends with the Nairobi day', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const { apiKey, keyId, operatorId } = await keyWith(one, { quotaPerDay: 10 });
  const checks = Array.from({ length: 8 }, (_, i) => ({ ...LOOKUP, ref: `r${i}` }));
  const many = await one.http('exclusions.lookupMany', { checks }, { apiKey });
  expect(ok(many.body).results).toHaveLength(8);
  const refusal = refused((await one.http('exclusions.lookupMany', { checks }, { apiKey })).body);
  expect(refusal).toMatchObject({
    code: 'RATE_LIMITED',
    message: 'More than the quota of this key',
    details: [{ path: 'checks', message: '8, and 2 are left of the quota of today' }],
  });
  const rest = await one.http('exclusions.lookupMany', { checks: checks.slice(0, 2) }, { apiKey });
  expect(ok(rest.body).results, 'as much as was said to be left').toHaveLength(2);
  const validations = { checks: [1, 2].map((n) => ({ ref: `${n}`, token: 'bst1_X', purpose: 'bet' })) };
  const none = refused((await one.http('tokens.validateMany', validations, { apiKey })).body);
  expect(none.details).toEqual([{ path: 'checks', message: '2, and 0 are left of the quota of today' }]);
  const single = refused((await one.http('exclusions.lookup', LOOKUP, { apiKey })).body);
  expect(single.details).toBeUndefined();
  // The other node learns of it within seconds, though it has answered little itself.
  const last = await probe(async () => {
    const { body } = await two.http('exclusions.lookup', LOOKUP, { apiKey });
    return body.ok ? undefined : body.error;
  });
  expect(last.code).toBe('RATE_LIMITED');
  await probe(async () => {
    const { body } = await two.http('exclusions.lookup', LOOKUP, { apiKey });
    const leftMs = body.ok ? 0 : (body.error.retryAfterMs ?? 0);
    return leftMs > 60_000 || msToNairobiMidnight() < 120_000;
  });
  const { token } = await one.admin();
  const listed = await probe(async () => {
    const { items } = ok((await one.http('operators.listKeys', { operatorId }, { token })).body);
    const key = items.find(({ id }) => id === keyId);
    return (key?.usedToday ?? 0) >= 8 ? key : undefined;
  });
  expect(listed.lastUsedAt).not.toBeNull();
});

function msToNairobiMidnight(): number {
  const day = 86_400_000;
  return day - ((Date.now() + 3 * 3_600_000) % day);
}

test('staff see, rotate and revoke the keys of their own operator, and of no other', async () => {
  await using hub = await startTestHub();
  const mine = await hub.operatorKey();
  const other = await hub.operatorKey();
  const staff = await hub.account('operator', { operatorId: mine.operatorId });
  const lost = await hub.account('operator');
  const as = { token: staff.token };
  const { items } = ok((await hub.http('operators.listKeys', {}, as)).body);
  expect(items.map(({ id }) => id)).toEqual([mine.keyId]);
  expect(JSON.stringify(items)).not.toContain(mine.apiKey.slice(8, 40));
  const code = async (name: string, input: object, credentials: object = as) =>
    refused((await hub.http(name, input, credentials)).body).code;
  expect(await code('operators.listKeys', { operatorId: other.operatorId })).toBe('NOT_FOUND');
  expect(await code('operators.listKeys', {}, { token: lost.token })).toBe('NOT_FOUND');
  expect(await code('operators.rotateKey', { keyId: other.keyId, overlapHours: 1 })).toBe('NOT_FOUND');
  expect(await code('operators.revokeKey', { keyId: other.keyId })).toBe('NOT_FOUND');
  expect(await code('operators.updateKey', { keyId: mine.keyId, quotaPerDay: null })).toBe('FORBIDDEN');
  const issue = { operatorId: mine.operatorId, label: 'x', scopes: ['exclusions:lookup'] };
  expect(await code('operators.issueKey', issue)).toBe('FORBIDDEN');
  const sandbox = { ...issue, environment: 'sandbox' };
  expect(await code('operators.issueKey', { ...sandbox, operatorId: other.operatorId })).toBe('NOT_FOUND');
  expect(await code('operators.issueKey', sandbox, { token: lost.token })).toBe('NOT_FOUND');
  const tried = ok((await hub.http('operators.issueKey', sandbox, as)).body);
  expect(tried.apiKey).toMatch(/^kk_test_/);
  const { keyId } = ok(
    (await hub.http('operators.rotateKey', { keyId: mine.keyId, overlapHours: 0 }, as)).body,
  );
  ok((await hub.http('operators.revokeKey', { keyId }, as)).body);
  expect(await statusOf(hub, mine.apiKey)).toBe(401);
  expect(await statusOf(hub, other.apiKey)).toBe(200);
  expect(await code('operators.rotateKey', { keyId, overlapHours: 1 })).toBe('CONFLICT');
});

test('every way to write an address that the contract takes can be compared with', async () => {
  await using hub = await startTestHub();
  const allowedAddresses = [
    '0.0.0.0/32',
    '::/128',
    '127.0.0.0/8',
    '::1',
    '::ffff:127.0.0.1',
    '2001:db8::/32',
  ];
  const { apiKey } = await keyWith(hub, { allowedAddresses });
  expect(await statusOf(hub, apiKey)).toBe(200);
});

test('malformed terms are named by their paths', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const terms = {
    operatorId: 'op_x',
    label: 'x',
    scopes: ['exclusions:lookup'],
    allowedAddresses: ['10.0.0.1', '10.0.0.0/40', 'localhost'],
    quotaPerSecond: 0,
    quotaPerDay: 1.5,
    requireSignature: { publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), d: 'secret' } },
    mode: 'deny',
  };
  const error = refused((await hub.http('operators.issueKey', terms, { token })).body);
  expect(error.details?.map(({ path }) => path).sort()).toEqual([
    'allowedAddresses[1]',
    'allowedAddresses[2]',
    'mode',
    'quotaPerDay',
    'quotaPerSecond',
    'requireSignature.publicKey.d',
  ]);
  expect(error.details?.find(({ path }) => path === 'allowedAddresses[2]')?.message).toBe(
    'neither an address nor a CIDR block',
  );
});
