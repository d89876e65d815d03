import { connect } from '@kinga/client-sdk';
import type { KeyActor } from '@kinga/server/platform/call/actor.ts';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Bye } from '@kinga/shared/contract/wire.ts';
import { io } from 'socket.io-client';
import { expect, test } from 'vitest';
import { openWorld, operatorKey } from '../gateway/world.ts';
import { ok } from '../support/client.ts';
import { startTestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';

const PERSON = { type: 'nationalId', value: '23456789' } as const;

test('terms that change while a handshake is under way: the socket is told to come again', async () => {
  const actor = operatorKey('late', ['exclusions:lookup']) as KeyActor;
  await using world = await openWorld({
    authenticate: async () => {
      // Heard of after the answer, before there is a socket that could be found.
      queueMicrotask(() => {
        actor.stale = true;
      });
      return actor;
    },
  });
  const heard: string[] = [];
  // Both come in one frame: nobody has a hand free between them.
  const socket = io(world.url, { transports: ['websocket'], reconnection: false, auth: { apiKey: 'x' } });
  try {
    socket.on('hello', () => heard.push('hello'));
    socket.on('bye', (bye: Bye) => heard.push(bye.code));
    socket.on('disconnect', () => heard.push('disconnect'));
    await probe(() => heard.includes('disconnect'));
    expect(heard).toEqual(['hello', 'CHANGED', 'disconnect']);
  } finally {
    socket.disconnect();
  }
});

test('an answer about new terms that cannot be had sends the socket away to ask again, not for ever', async () => {
  await using world = await openWorld();
  const [spared, gone] = [await world.connect({ apiKey: 'key' }), await world.connect({ apiKey: 'watcher' })];
  const byes: string[] = [];
  for (const socket of [spared, gone]) socket.on('bye', (bye: Bye) => byes.push(bye.code));
  world.gateway.renewKey('key', () => Promise.reject(new Error('Connection terminated unexpectedly')));
  world.gateway.renewKey('watcher', () => Promise.reject(new KingaError('UNAUTHENTICATED', 'no')));
  await probe(() => !spared.connected && !gone.connected);
  expect(byes.sort()).toEqual(['CHANGED', 'REVOKED']);
});

test('the SDK comes back by itself after its key’s scopes have changed', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const { apiKey, keyId } = await hub.operatorKey();
  await using client = await connect({ url: hub.url, apiKey, reconnect: { minMs: 10, maxMs: 50 } });
  const states: string[] = [];
  client.on('state', (state) => states.push(state));
  const update = { keyId, scopes: ['exclusions:lookup'] };
  ok((await hub.http('operators.updateKey', update, { token })).body);
  await probe(() => states.includes('connected'));
  expect(states).toEqual(['reconnecting', 'connected']);
  const { status } = await client.exclusions.lookup({ identifiers: [PERSON], purpose: 'bet' });
  expect(status).toBe('CLEAR');
  const item = client.watch('exclusions/changes').next();
  await expect(item).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
