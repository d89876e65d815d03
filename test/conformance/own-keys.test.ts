import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';

const LOOKUP = { identifiers: [{ type: 'nationalId', value: '23456789' }], purpose: 'bet' };
const lookups = (count: number) => ({
  checks: Array.from({ length: count }, (_, i) => ({ ...LOOKUP, ref: `r${i}` })),
});
const jwk = () => generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });

/** An operator that is certified and has no key yet; what it applies for, and what it was given. */
async function certified(hub: TestHub) {
  const admin = await hub.admin();
  const operator = {
    name: 'Bahati',
    licenceNo: `B-${crypto.randomUUID()}`,
    contactEmail: 'ops@bahati.example',
  };
  const { id: operatorId } = ok((await hub.http('operators.create', operator, admin)).body);
  const staff = await hub.account('operator', { operatorId });
  await hub.database.pool.query(
    'INSERT INTO conformance_certificates (run_id, tenant_id, vectors) VALUES ($1, $2, 1)',
    [`run_${crypto.randomUUID()}`, operatorId],
  );
  const wanted = { label: 'own', scopes: ['exclusions:lookup'] };
  const tryApply = async (more: object = {}) =>
    (await hub.http('conformance.applyForProductionKey', { ...wanted, ...more }, staff)).body;
  return {
    operatorId,
    staff,
    admin,
    tryApply,
    agree: async (terms: object) =>
      ok((await hub.http('operators.issueKey', { operatorId, ...wanted, ...terms }, admin)).body),
    apply: async (more: object = {}) => {
      const issued = ok(await tryApply(more));
      const { items } = ok((await hub.http('operators.listKeys', { operatorId }, admin)).body);
      return { ...issued, terms: items.find(({ id }) => id === issued.keyId) };
    },
  };
}

test('a key an operator issues itself has the addresses and the lowest quota of those an administrator issued', async () => {
  await using hub = await startTestHub();
  const house = await certified(hub);
  const free = { allowedAddresses: [], quotaPerDay: null, quotaPerSecond: null, requiresSignature: false };
  expect((await house.apply()).terms, 'there is nothing to go by').toMatchObject(free);
  // What it gave itself is not what was agreed.
  await house.agree({ allowedAddresses: ['127.0.0.1', '203.0.113.7'], quotaPerDay: 50 });
  await house.agree({
    allowedAddresses: ['203.0.113.7', '2001:db8::/32'],
    quotaPerDay: 9,
    quotaPerSecond: 5,
  });
  await house.agree({ environment: 'sandbox' });
  expect((await house.apply()).terms).toMatchObject({
    allowedAddresses: ['203.0.113.7', '2001:db8::/32', '127.0.0.1'],
    quotaPerDay: 9,
    quotaPerSecond: 5,
    mode: 'block',
    environment: 'live',
    selfIssued: true,
  });
  const { keyId } = await house.agree({ quotaPerDay: 70 });
  expect((await house.apply()).terms).toMatchObject({ allowedAddresses: [], quotaPerDay: 9 });
  ok((await hub.http('operators.revokeKey', { keyId }, house.staff)).body);
  expect((await house.apply()).terms?.allowedAddresses, 'each of them again').toHaveLength(3);
});

test('revoking or replacing what was agreed is no way around it', async () => {
  await using hub = await startTestHub();
  const house = await certified(hub);
  const strict = { allowedAddresses: ['203.0.113.7'], quotaPerDay: 9 };
  const agreed = await house.agree(strict);
  const rotation = { keyId: agreed.keyId, overlapHours: 1 };
  const rotated = ok((await hub.http('operators.rotateKey', rotation, house.staff)).body);
  expect((await house.apply()).terms).toMatchObject(strict);
  for (const { keyId } of [rotated, agreed]) {
    ok((await hub.http('operators.revokeKey', { keyId }, house.staff)).body);
    expect((await house.apply()).terms).toMatchObject(strict);
  }
});

test('once all are revoked, the one that was good last counts, not a trial key issued later that ended before it', async () => {
  await using hub = await startTestHub();
  const house = await certified(hub);
  const strict = { allowedAddresses: ['203.0.113.7'], quotaPerDay: 9 };
  const [agreed, trial] = [await house.agree(strict), await house.agree({})];
  ok((await hub.http('operators.revokeKey', { keyId: trial.keyId }, house.admin)).body);
  ok((await hub.http('operators.revokeKey', { keyId: agreed.keyId }, house.staff)).body);
  expect((await house.apply()).terms).toMatchObject(strict);
});

test('its quota is that of the key it was agreed for: keys are no way to a second one, rotated or not', async () => {
  await using hub = await startTestHub();
  const house = await certified(hub);
  const agreed = await house.agree({ quotaPerDay: 10 });
  const [one, two] = [await house.apply(), await house.apply()];
  const rotation = { keyId: two.keyId, overlapHours: 1 };
  const rotated = ok((await hub.http('operators.rotateKey', rotation, house.staff)).body);
  ok((await hub.http('exclusions.lookupMany', lookups(6), one)).body);
  for (const { apiKey } of [agreed, one, two, rotated]) {
    const answer = await hub.http('exclusions.lookupMany', lookups(6), { apiKey });
    expect(refused(answer.body).code).toBe('RATE_LIMITED');
  }
  ok((await hub.http('exclusions.lookupMany', lookups(4), rotated)).body);
  expect(refused((await hub.http('exclusions.lookup', LOOKUP, agreed)).body).code).toBe('RATE_LIMITED');
});

test('what is agreed later changes nothing in it, and its scopes are the operator’s own choice', async () => {
  await using hub = await startTestHub();
  const house = await certified(hub);
  const { keyId } = await house.agree({ quotaPerDay: 10, allowedAddresses: ['127.0.0.1'] });
  const scopes = ['exclusions:watch', 'tokens:manage'];
  const own = await house.apply({ scopes });
  ok(
    (await hub.http('operators.updateKey', { keyId, quotaPerDay: 5, allowedAddresses: [] }, house.admin))
      .body,
  );
  const { items } = ok((await hub.http('operators.listKeys', {}, house.staff)).body);
  expect(items.map(({ id, selfIssued }) => [id, selfIssued])).toEqual([
    [own.keyId, true],
    [keyId, false],
  ]);
  expect(items[0]).toMatchObject({ scopes, quotaPerDay: 10, allowedAddresses: ['127.0.0.1'] });
});

test('a second’s quota is its own, unless the key with the day’s quota has the same', async () => {
  await using hub = await startTestHub();
  const ask = async (key: { apiKey: string }, count: number) =>
    (await hub.http('exclusions.lookupMany', lookups(count), key)).status;
  for (const [perSecond, status] of [
    [1, 429],
    [2, 200],
  ] as const) {
    const house = await certified(hub);
    const agreed = await house.agree({ quotaPerDay: 1_000, quotaPerSecond: perSecond });
    await house.agree({ quotaPerSecond: 1 });
    const own = await house.apply();
    expect(own.terms).toMatchObject({ quotaPerDay: 1_000, quotaPerSecond: 1 });
    // More than a second's, which is made up for by a minute of silence.
    expect(await ask(agreed, 100)).toBe(200);
    expect(await ask(agreed, 1)).toBe(429);
    expect(await ask(own, 1)).toBe(status);
  }
});

test('a suspended operator issues itself none, until it is reinstated', async () => {
  await using hub = await startTestHub();
  const { operatorId, admin, tryApply } = await certified(hub);
  ok((await hub.http('operators.suspend', { operatorId, reason: 'A test' }, admin)).body);
  expect(refused(await tryApply())).toMatchObject({
    code: 'FORBIDDEN',
    message: 'A suspended operator issues no production keys',
  });
  const { items } = ok((await hub.http('operators.listKeys', { operatorId }, admin)).body);
  expect(items).toEqual([]);
  ok((await hub.http('operators.reinstate', { operatorId }, admin)).body);
  ok(await tryApply());
});

test('where all agreed keys sign, it signs too: without a public key the field is named', async () => {
  await using hub = await startTestHub();
  const house = await certified(hub);
  await house.agree({ requireSignature: { publicKey: jwk() } });
  expect(refused(await house.tryApply())).toMatchObject({
    code: 'INVALID_INPUT',
    details: [{ path: 'publicKey' }],
  });
  const signing = await house.apply({ publicKey: jwk() });
  expect(signing.terms?.requiresSignature).toBe(true);
  expect((await hub.http('exclusions.lookup', LOOKUP, signing)).status, 'unsigned').toBe(401);
  const nobodys = { ...jwk(), x: Buffer.alloc(32).toString('base64url') };
  expect(refused(await house.tryApply({ publicKey: nobodys }))).toMatchObject({
    code: 'INVALID_INPUT',
    details: [{ path: 'publicKey.x' }],
  });
  await house.agree({ allowedAddresses: ['203.0.113.7'] });
  const [unsigned, signed] = [await house.apply(), await house.apply({ publicKey: jwk() })];
  expect(unsigned.terms, 'not from everywhere and unsigned').toMatchObject({
    ...{ requiresSignature: false, allowedAddresses: ['203.0.113.7'] },
  });
  expect(signed.terms).toMatchObject({ requiresSignature: true, allowedAddresses: [] });
  await house.agree({});
  expect((await house.apply()).terms?.requiresSignature).toBe(false);
  expect((await house.apply({ publicKey: jwk() })).terms?.requiresSignature, 'if it wants to').toBe(true);
});
