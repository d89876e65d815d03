import { type TOTP, URI } from 'otpauth';
import { expect, test } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { handlersOf, newCitizen } from './registration-support.ts';
import { type IdentityNode, PASSWORD, startIdentity } from './support.ts';

const DEVICE = { id: 'a-random-device-id-0123456789', name: 'Simu yangu' };

function login(node: IdentityNode, email: string) {
  return handlersOf(node).login({ email, password: PASSWORD, device: DEVICE }, callBy());
}

async function actorOf(node: IdentityNode, session: { accessToken: string }) {
  return await node.identity.authenticateToken(session.accessToken);
}

/** Trusts the device this session is on. */
async function trust(node: IdentityNode, session: { accessToken: string }) {
  const call = callBy(await actorOf(node, session));
  const { items } = await handlersOf(node).listDevices({}, call);
  return await handlersOf(node).trustDevice({ deviceId: items.find((one) => one.current)?.id ?? '' }, call);
}

async function enrolTotp(node: IdentityNode, session: { accessToken: string }) {
  const call = callBy(await actorOf(node, session));
  const { url, factorId } = await handlersOf(node).startTotp({}, call);
  const app = () => (URI.parse(url) as TOTP).generate();
  await handlersOf(node).confirmTotp({ code: app(), password: PASSWORD }, call);
  await node.platform.db.query('UPDATE second_factors SET last_step = NULL');
  return { factor: factorId, code: app };
}

test('a device trusted before there was a second factor is asked for it', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  await trust(node, await login(node, citizen.to));
  await enrolTotp(node, citizen.session);
  expect((await refusal(login(node, citizen.to))).code).toBe('SECOND_FACTOR_REQUIRED');
});

test('trust comes from a second factor: a session that was spared it does not prolong its own', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { factor, code } = await enrolTotp(node, citizen.session);
  const required = await refusal(login(node, citizen.to));
  const challengeId = required.details?.find(({ path }) => path === 'challengeId')?.message ?? '';
  const proof = { challengeId, factor, code: code(), device: DEVICE };
  const proved = await handlersOf(node).completeLogin(proof, callBy());
  await expect(trust(node, proved)).resolves.toMatchObject({ current: true });
  const spared = await login(node, citizen.to);
  expect(await refusal(trust(node, spared))).toMatchObject({
    code: 'CONFLICT',
    details: [{ path: 'deviceId' }],
  });
});
