import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Door, ROUTES } from '@kinga/server/domains/canaries/routes.ts';
import { expect, test } from 'vitest';

const CANARY = {
  id: 'cny_one',
  identifier: { type: 'alienId', value: 'KINGACANARY0' },
  expected: 'CLEAR',
} as const;

test('a node that is silent has answered nothing after a second, on every route', async () => {
  const server = createServer(() => {
    // Says nothing.
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const door = new Door(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'key');
  const beganMs = performance.now();
  const told = await Promise.all(ROUTES.map((route) => door.ask(route, [CANARY])));
  expect(told.map((answers) => [...answers])).toEqual(ROUTES.map(() => [[CANARY.id, 'none']]));
  expect(performance.now() - beganMs).toBeLessThan(4_000);
  door.close();
  server.closeAllConnections();
  server.close();
});
