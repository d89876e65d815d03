import { reportReadiness } from '@kinga/server/platform/http/readiness.ts';
import type { Bye } from '@kinga/shared/contract/wire.ts';
import { io } from 'socket.io-client';
import { expect, it } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { probe } from '../support/probe.ts';
import { openWorld } from './world.ts';

it('a node that stops answers what runs, says bye, closes every transport, and is gone', async () => {
  await using world = await openWorld();
  const socket = await world.connect({ token: 'bettor' });
  const said: Bye[] = [];
  const reasons: string[] = [];
  socket.on('bye', (bye: Bye) => said.push(bye));
  socket.on('disconnect', (reason) => reasons.push(reason));
  const held = world.call(socket, 'lab.hold');
  const heldHttp = world.http('lab.hold');
  await probe(() => world.lab.gate.waiting === 2);

  const drained = world.gateway.drain();
  const late = refused(await world.call(socket, 'lab.echo', { text: 'x' }));
  expect(late).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) });
  expect(said).toEqual([]);
  world.lab.gate.open();
  expect(ok(await held)).toEqual({ held: true });
  const { body, headers } = await heldHttp;
  expect(ok(body)).toEqual({ held: true });
  expect(headers.get('connection')).not.toBe('keep-alive');
  await drained;
  await probe(() => reasons.length === 1);
  expect(said).toEqual([{ code: 'DRAINING', message: expect.any(String), retryAfterMs: expect.any(Number) }]);
  expect(reasons).toEqual(['transport close']);
  await expect(fetch(`${world.url}/livez`)).rejects.toThrow();
});

it('takes nobody in while it stops: no new connection, not ready, and a coded connect_error', async () => {
  await using world = await openWorld();
  const socket = await world.connect({ token: 'bettor' });
  // On these a client may still ask when new connections are refused already.
  const late = new WebSocket(`ws://127.0.0.1:${world.port}/socket.io/?EIO=4&transport=websocket`);
  const frames: string[] = [];
  late.addEventListener('message', ({ data }) => frames.push(String(data)));
  await probe(() => frames.length === 1);
  const held = world.call(socket, 'lab.hold');
  await probe(() => world.lab.gate.waiting === 1);

  const drained = world.gateway.drain();
  late.send('40{"token":"bettor"}');
  const refusal = await probe(() => frames.find((frame) => frame.startsWith('44')));
  expect(JSON.parse(refusal.slice(2))).toMatchObject({
    data: { code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) },
  });
  await expect(fetch(`${world.url}/readyz`)).rejects.toThrow();
  expect(await reportReadiness({ ...whole, isDraining: () => true })).toMatchObject({ status: 'draining' });
  world.lab.gate.open();
  expect((await held).ok).toBe(true);
  await drained;
  late.close();
});

const whole = { readiness: async () => ({ database: true }), busStatus: () => 'in-process' as const };

it('does not wait for ever: neither for a call nor for somebody who does not read', async () => {
  await using world = await openWorld();
  const socket = await world.connect({ token: 'bettor' });
  const held = world.call(socket, 'lab.hold').catch(() => 'gone');
  await probe(() => world.lab.gate.waiting === 1);
  const startedAt = performance.now();
  await world.gateway.drain();
  expect(performance.now() - startedAt).toBeLessThan(8_000);
  expect(await held).toBe('gone');
  await world.gateway.stop();
});

it('a client with reconnection comes back by itself to whoever listens next', async () => {
  const world = await openWorld();
  const client = io(world.url, {
    transports: ['websocket'],
    auth: { token: 'bettor' },
    reconnectionDelay: 50,
    reconnectionDelayMax: 100,
  });
  await new Promise((resolve) => client.once('hello', resolve));
  await world.gateway.stop();
  await using next = await openWorld({ database: world.database, env: { PORT: String(world.port) } });
  await probe(() => client.connected);
  expect(next.gateway.socketsByRole().bettor).toBe(1);
  client.disconnect();
  await next.gateway.stop();
  await world[Symbol.asyncDispose]();
});
