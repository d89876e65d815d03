import type { Bye } from '@kinga/shared/contract/wire.ts';
import { expect, it } from 'vitest';
import { ok } from '../support/client.ts';
import { probe } from '../support/probe.ts';
import { openWorld } from './world.ts';

it('a socket that has been told to go watches nothing from then on, also while its last answer is waited for', async () => {
  await using world = await openWorld();
  const socket = await world.connect({ token: 'bettor' });
  const said: Bye[] = [];
  socket.on('bye', (bye: Bye) => said.push(bye));
  ok(await world.call(socket, 'watch', { topic: 'here' }));
  const held = world.call(socket, 'lab.hold');
  await probe(() => world.lab.gate.waiting === 1);
  expect(world.feed.attached.size).toBe(1);
  world.gateway.closeRevoked({ kind: 'session', id: 's_bettor' });
  // What it was being sent one by one could bring it among those who hear everything.
  expect(world.feed.attached.size).toBe(0);
  world.lab.gate.open();
  expect(ok(await held)).toEqual({ held: true });
  await probe(() => !socket.connected);
  expect(said).toMatchObject([{ code: 'REVOKED' }]);
});
