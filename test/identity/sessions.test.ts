import { createAccessTokens } from '@kinga/server/domains/identity/tokens.ts';
import type { Actor } from '@kinga/server/platform/call/actor.ts';
import { newSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import { createLocalJWKSet, exportPKCS8, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { createTestDatabase } from '../support/database.ts';
import { createLocalBus } from '../support/local-bus.ts';
import { probe } from '../support/probe.ts';
import { login, signIn, startIdentity, startIdentityNode } from './support.ts';

test('a refresh token is good once; the next one continues the session', async () => {
  await using node = await startIdentity();
  const { refresh } = node.identity.domain.handlers;
  const { session, actor } = await signIn(node.identity);
  const second = await refresh({ refreshToken: session.refreshToken }, callBy());
  expect(second.refreshToken).not.toBe(session.refreshToken);
  const third = await refresh({ refreshToken: second.refreshToken }, callBy());
  expect(await node.identity.authenticateToken(third.accessToken)).toMatchObject({
    sessionId: actor.sessionId,
    accountId: actor.accountId,
  });
});

test('reuse of a refresh token revokes the family: its tokens, and its sockets on every node', async () => {
  await using database = await createTestDatabase();
  const secrets = newSecrets();
  await using one = await startIdentityNode(database, { secrets });
  await using two = await startIdentityNode(database, { secrets });
  const heard: string[] = [];
  two.revocations.onRevoked((revocation) => heard.push(`${revocation.kind}:${revocation.id}`));
  const { session, actor } = await signIn(one.identity);
  const { refresh } = one.identity.domain.handlers;
  const next = await refresh({ refreshToken: session.refreshToken }, callBy());
  const reuse = await refusal(refresh({ refreshToken: session.refreshToken }, callBy()));
  expect(reuse.code).toBe('UNAUTHENTICATED');
  expect((await refusal(refresh({ refreshToken: next.refreshToken }, callBy()))).code).toBe(
    'UNAUTHENTICATED',
  );
  await probe(() => heard.length > 0, { what: 'the second node' });
  expect(heard).toEqual([`session:${actor.sessionId}`]);
  for (const node of [one, two]) {
    await probe(() => node.revocations.isRevoked('session', actor.sessionId));
    const error = await refusal(node.identity.authenticateToken(next.accessToken));
    expect(error.code).toBe('UNAUTHENTICATED');
  }
});

test('of concurrent refreshes with one token exactly one is given the next', async () => {
  await using node = await startIdentity();
  const { session } = await signIn(node.identity);
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, async () =>
      node.identity.domain.handlers.refresh({ refreshToken: session.refreshToken }, callBy()),
    ),
  );
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  const { rows } = await node.database.pool.query(
    'SELECT count(*) FILTER (WHERE used_at IS NULL)::int AS unused, count(*)::int AS all FROM refresh_tokens',
  );
  expect(rows).toEqual([{ unused: 1, all: 2 }]);
});

test('logout ends the session on every node and leaves the others of the account alone', async () => {
  await using node = await startIdentity();
  const { account, session, actor } = await signIn(node.identity);
  const other = await login(node.identity, account.email);
  await node.identity.domain.handlers.logout({}, callBy(actor));
  await probe(() => node.revocations.isRevoked('session', actor.sessionId));
  expect((await refusal(node.identity.authenticateToken(session.accessToken))).code).toBe('UNAUTHENTICATED');
  const { refresh } = node.identity.domain.handlers;
  expect((await refusal(refresh({ refreshToken: session.refreshToken }, callBy()))).code).toBe(
    'UNAUTHENTICATED',
  );
  await expect(node.identity.authenticateToken(other.accessToken)).resolves.toBeDefined();
});

test('renew re-arms the socket for the same account and for no other', async () => {
  await using node = await startIdentity();
  const mine = await signIn(node.identity);
  const fresh = await login(node.identity, mine.account.email);
  const stranger = await signIn(node.identity);
  const rearmed: Actor[] = [];
  const call = callBy(mine.actor, { rearm: (actor) => rearmed.push(actor) });
  const { renew } = node.identity.domain.handlers;
  expect(await renew({ accessToken: fresh.accessToken }, call)).toEqual({ expiresAt: fresh.expiresAt });
  expect(rearmed).toEqual([await node.identity.authenticateToken(fresh.accessToken)]);
  const error = await refusal(renew({ accessToken: stranger.session.accessToken }, call));
  expect(error.code).toBe('FORBIDDEN');
  expect((await refusal(renew({ accessToken: 'nonsense' }, call))).code).toBe('UNAUTHENTICATED');
  expect(rearmed).toHaveLength(1);
});

test('anyone can verify a token with the published keys', async () => {
  const tokens = createAccessTokens(newSecrets());
  const { token } = await tokens.sign({
    accountId: 'acc_1',
    role: 'admin',
    sessionId: 's',
    operatorId: null,
  });
  const keys = createLocalJWKSet({ keys: tokens.jwks.keys.map((key) => ({ kty: 'OKP', ...key })) });
  const { payload } = await jwtVerify(token, keys, { issuer: 'kinga', audience: 'kinga-hub' });
  expect(payload).toMatchObject({ sub: 'acc_1', role: 'admin', sid: 's' });
  expect(JSON.stringify(tokens.jwks)).not.toContain('"d"');
});

test('a token of another key, another audience or of yesterday is refused', async () => {
  const secrets = newSecrets();
  const tokens = createAccessTokens(secrets);
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const foreign = createAccessTokens({
    ...secrets,
    signing: { version: 1, value: await exportPKCS8(privateKey) },
  });
  const stolen = await foreign.sign({ accountId: 'a', role: 'admin', sessionId: 's', operatorId: null });
  const forge = (change: (jwt: SignJWT) => SignJWT) =>
    change(
      new SignJWT({ role: 'admin', sid: 's', operatorId: null })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt' })
        .setSubject('a')
        .setIssuer('kinga')
        .setAudience('kinga-hub')
        .setExpirationTime('1h'),
    );
  const { createPrivateKey } = await import('node:crypto');
  const own = createPrivateKey(secrets.signing.value);
  const bad = [
    stolen.token,
    await forge((jwt) => jwt.setAudience('another')).sign(own),
    await forge((jwt) => jwt.setIssuer('another')).sign(own),
    await forge((jwt) => jwt.setExpirationTime('-1s')).sign(own),
    `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`,
  ];
  for (const token of bad) expect((await refusal(tokens.verify(token))).code).toBe('UNAUTHENTICATED');
  await expect(tokens.verify(await forge((jwt) => jwt).sign(own))).resolves.toMatchObject({ accountId: 'a' });
});

test('a node that has lost PostgreSQL for long asks it before it believes a token', async () => {
  await using database = await createTestDatabase();
  const secrets = newSecrets();
  const bus = createLocalBus();
  await using one = await startIdentityNode(database, { secrets });
  await using deaf = await startIdentityNode(database, { secrets, bus });
  const { session, actor } = await signIn(one.identity);
  await deaf.revocations.stop?.();
  await one.identity.domain.handlers.logout({}, callBy(actor));
  await probe(() => !deaf.revocations.isFresh());
  expect(deaf.revocations.isRevoked('session', actor.sessionId)).toBe(false);
  expect((await refusal(deaf.identity.authenticateToken(session.accessToken))).code).toBe('UNAUTHENTICATED');
});
