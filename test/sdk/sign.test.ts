import { createPublicKey, generateKeyPairSync, hash, type JsonWebKey, verify } from 'node:crypto';
import { connect } from '@kinga/client-sdk';
import { expect, test } from 'vitest';
import { probe } from '../support/probe.ts';
import { WireServer } from './wire-server.ts';

interface Auth {
  readonly apiKey: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
}

const reconnect = { minMs: 10, maxMs: 20 };

test('each attempt to connect is signed anew', async () => {
  await using server = await WireServer.start();
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const jwk = privateKey.export({ format: 'jwk' }) as JsonWebKey;
  await using hub = await connect({ url: server.url, apiKey: 'kk_x', sign: jwk, reconnect });
  server.bye({ code: 'DRAINING', message: 'restarting' });
  await probe(() => server.auths.length === 2 && hub.state === 'connected');
  const auths = server.auths as unknown as Auth[];
  for (const { apiKey, timestamp, nonce, signature } of auths) {
    expect(apiKey).toBe('kk_x');
    const text = ['KINGA-ED25519-1', 'CONNECT', '/socket.io', timestamp, nonce, hash('sha256', '')].join(
      '\n',
    );
    const key = createPublicKey(publicKey.export({ format: 'pem', type: 'spki' }));
    expect(verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))).toBe(true);
  }
  expect(new Set(auths.map(({ nonce }) => nonce)).size).toBe(2);
});

test('what is no private key is refused at once, and so is signing without an API key', async () => {
  await using server = await WireServer.start();
  const { publicKey } = generateKeyPairSync('ed25519');
  const half = publicKey.export({ format: 'jwk' }) as JsonWebKey;
  await expect(connect({ url: server.url, apiKey: 'kk_x', sign: half, reconnect })).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
  await expect(connect({ url: server.url, sign: half, reconnect })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  });
  expect(server.auths).toEqual([]);
});
