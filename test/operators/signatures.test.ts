import { generateKeyPairSync, hash, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import { connect, signedHeaders } from '@kinga/client-sdk';
import { expect, test } from 'vitest';
import { type Credentials, ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';

const PATH = '/api/v1/exclusions.lookup';
const LOOKUP = { identifiers: [{ type: 'nationalId', value: '23456789' }], purpose: 'bet' } as const;
const BODY = JSON.stringify(LOOKUP);

interface Said {
  readonly method?: string;
  readonly path?: string;
  readonly timestamp?: string;
  readonly nonce?: string;
  readonly body?: string;
}

/** Made as somebody would with the instructions alone: a plain text and plain Ed25519. */
function proofBy(privateKey: KeyObject, said: Said = {}) {
  const { method = 'POST', path = PATH, body = BODY } = said;
  const { timestamp = new Date().toISOString(), nonce = crypto.randomUUID() } = said;
  const text = ['KINGA-ED25519-1', method, path, timestamp, nonce, hash('sha256', body)].join('\n');
  return { timestamp, nonce, signature: sign(null, Buffer.from(text), privateKey).toString('base64url') };
}

function headersBy(privateKey: KeyObject, said: Said = {}): Record<string, string> {
  const { timestamp, nonce, signature } = proofBy(privateKey, said);
  return { 'X-Kinga-Timestamp': timestamp, 'X-Kinga-Nonce': nonce, 'X-Kinga-Signature': signature };
}

async function signingKey(hub: TestHub) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { token } = await hub.admin();
  const { operatorId } = await hub.operatorKey();
  const request = {
    operatorId,
    label: 'signs',
    scopes: ['exclusions:lookup'],
    requireSignature: { publicKey: publicKey.export({ format: 'jwk' }) },
  };
  const key = ok((await hub.http('operators.issueKey', request, { token })).body);
  return { ...key, privateKey, privateJwk: privateKey.export({ format: 'jwk' }) as JsonWebKey };
}

async function lookup(hub: TestHub, apiKey: string, headers: Record<string, string>, rawBody = BODY) {
  return (await hub.http('exclusions.lookup', undefined, { apiKey, headers, rawBody })).body;
}

test('a signed request is answered, and the same one again is refused on every node', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const { apiKey, privateKey } = await signingKey(one);
  const headers = headersBy(privateKey);
  expect(ok(await lookup(one, apiKey, headers)).status).toBe('CLEAR');
  for (const hub of [two, one]) {
    expect(refused(await lookup(hub, apiKey, headers))).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'This nonce was used before',
    });
  }
  // Sent to both at once, one of them answers.
  const twins = headersBy(privateKey);
  const answers = await Promise.all([one, two].map((hub) => lookup(hub, apiKey, twins)));
  expect(answers.filter((ack) => ack.ok)).toHaveLength(1);
});

test('whatever is changed on the way, the signature does not fit', async () => {
  await using hub = await startTestHub();
  const { apiKey, privateKey } = await signingKey(hub);
  const stranger = generateKeyPairSync('ed25519').privateKey;
  const other = JSON.stringify({ ...LOOKUP, purpose: 'login' });
  const cases: Record<string, Promise<unknown>> = {
    'no signature': lookup(hub, apiKey, {}),
    'another body': lookup(hub, apiKey, headersBy(privateKey), other),
    'another path': lookup(hub, apiKey, headersBy(privateKey, { path: '/api/v1/exclusions.lookupMany' })),
    'another method': lookup(hub, apiKey, headersBy(privateKey, { method: 'GET' })),
    'another key': lookup(hub, apiKey, headersBy(stranger)),
    'another nonce': lookup(hub, apiKey, {
      ...headersBy(privateKey),
      'X-Kinga-Nonce': 'aaaaaaaaaaaaaaaaaaaa',
    }),
    'a short nonce': lookup(hub, apiKey, headersBy(privateKey, { nonce: 'short' })),
    'no base64': lookup(hub, apiKey, { ...headersBy(privateKey), 'X-Kinga-Signature': '***' }),
    'no time': lookup(hub, apiKey, headersBy(privateKey, { timestamp: 'yesterday' })),
  };
  for (const [name, answer] of Object.entries(cases)) {
    expect(refused((await answer) as never).code, name).toBe('UNAUTHENTICATED');
  }
  const { rows } = await hub.database.pool.query('SELECT FROM key_nonces');
  expect(rows, 'a nonce that nobody signed is not remembered').toHaveLength(0);
  // Signed, but not what the procedure takes: told as ever.
  const malformed = '{"identifiers": ';
  const headers = headersBy(privateKey, { body: malformed });
  expect(refused(await lookup(hub, apiKey, headers, malformed)).code).toBe('INVALID_INPUT');
});

test('a signature holds for thirty seconds of the database’s time, either way', async () => {
  await using hub = await startTestHub();
  const { apiKey, privateKey } = await signingKey(hub);
  const at = (seconds: number) => ({ timestamp: new Date(Date.now() + seconds * 1000).toISOString() });
  const answered: string[] = [];
  for (const seconds of [-25, 25]) {
    const said = at(seconds);
    answered.push(said.timestamp);
    expect(ok(await lookup(hub, apiKey, headersBy(privateKey, said))).status).toBe('CLEAR');
  }
  for (const seconds of [-35, 35, -86_400]) {
    const { code, message } = refused(await lookup(hub, apiKey, headersBy(privateKey, at(seconds))));
    expect([code, message]).toEqual([
      'UNAUTHENTICATED',
      'The timestamp is more than 30 seconds from the hub’s time',
    ]);
  }
  const { rows } = await hub.database.pool.query(
    `SELECT until - interval '30 seconds' AS said_at FROM key_nonces ORDER BY until`,
  );
  expect(rows, 'remembered as long as it could be sent again').toEqual(
    answered.map((timestamp) => ({ said_at: new Date(timestamp) })),
  );
});

test('a handshake is signed in the same way, and cannot be replayed on another node', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const { apiKey, privateKey } = await signingKey(one);
  const proof = proofBy(privateKey, { method: 'CONNECT', path: '/socket.io', body: '' });
  const auth: Credentials = { apiKey, ...proof };
  const socket = await one.connect(auth);
  expect(ok(await one.call(socket, 'exclusions.lookup', LOOKUP)).status).toBe('CLEAR');
  for (const credentials of [auth, { apiKey }, { apiKey, ...proofBy(privateKey) }]) {
    await expect(two.connect(credentials)).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
  }
});

test('the SDK signs with a private JWK or a function, for sockets and for plain HTTP', async () => {
  await using hub = await startTestHub();
  const { apiKey, privateKey, privateJwk } = await signingKey(hub);
  const signer = (bytes: Uint8Array) => new Uint8Array(sign(null, bytes, privateKey));
  for (const key of [{ ...privateJwk, alg: 'EdDSA', key_ops: ['sign'] }, signer]) {
    await using client = await connect({ url: hub.url, apiKey, sign: key });
    const { status } = await client.exclusions.lookup({
      identifiers: [...LOOKUP.identifiers],
      purpose: 'bet',
    });
    expect(status).toBe('CLEAR');
    const headers = await signedHeaders(key, { path: PATH, body: BODY });
    expect(ok(await lookup(hub, apiKey, headers)).status).toBe('CLEAR');
  }
  await expect(connect({ url: hub.url, apiKey })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('a socket that was opened unsigned does not stay when the key has to sign', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const { apiKey, keyId } = await hub.operatorKey(['exclusions:lookup']);
  const thief = await hub.connect({ apiKey });
  const bye = new Promise<{ code: string }>((resolve) => thief.once('bye', resolve));
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const update = async (terms: object) =>
    ok((await hub.http('operators.updateKey', { keyId, ...terms }, { token })).body);
  await update({ requireSignature: { publicKey: publicKey.export({ format: 'jwk' }) } });
  expect((await bye).code).toBe('CHANGED');
  const refusal = { data: { code: 'UNAUTHENTICATED' } };
  await expect(hub.connect({ apiKey })).rejects.toMatchObject(refusal);
  const proof = proofBy(privateKey, { method: 'CONNECT', path: '/socket.io', body: '' });
  const owner = await hub.connect({ apiKey, ...proof } as Credentials);
  await update({ label: 'renamed' });
  expect(ok(await hub.call(owner, 'exclusions.lookup', LOOKUP)).status).toBe('CLEAR');
});

test('a public key nobody can sign for, or anybody, is refused by its field, new or changed', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const { operatorId, keyId } = await hub.operatorKey();
  const good = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const base64url = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');
  const unusable = {
    'no point of the curve': base64url(`02${'00'.repeat(31)}`),
    'the neutral element': base64url(`01${'00'.repeat(31)}`),
    'of order four': base64url('00'.repeat(32)),
    'of order eight': base64url('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
    'not reduced': base64url(`ed${'ff'.repeat(30)}7f`),
    'another spelling of 32 bytes': `${'A'.repeat(42)}B`,
    'too short': good.x?.slice(1),
  };
  for (const [why, x] of Object.entries(unusable)) {
    const requireSignature = { publicKey: { ...good, x } };
    for (const [name, input] of [
      ['operators.issueKey', { operatorId, label: 'x', scopes: ['exclusions:lookup'], requireSignature }],
      ['operators.updateKey', { keyId, requireSignature }],
    ] as const) {
      expect(refused((await hub.http(name, input, { token })).body), `${name}: ${why}`).toMatchObject({
        code: 'INVALID_INPUT',
        details: [{ path: 'requireSignature.publicKey.x' }],
      });
    }
  }
});
