import { allProcedures } from '@kinga/shared/contract.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';

/** The gateway in front of the whole product. */
let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub[Symbol.asyncDispose]());

it('serves every procedure of the contract', async () => {
  const socket = await hub.connect();
  const acks = await Promise.all(
    allProcedures.map(
      async ({ name }) => [name, await hub.call(socket, name, { no: 'such field' })] as const,
    ),
  );
  const codes = acks.map(([name, ack]) => [name, refused(ack).code]);
  const expected = allProcedures.map(({ name, access }) => [
    name,
    access === 'public' ? 'INVALID_INPUT' : 'UNAUTHENTICATED',
  ]);
  expect(codes).toEqual(expected);
});

it('gives the same answer on both transports', async () => {
  const socket = await hub.connect();
  for (const { name } of allProcedures) {
    const { body } = await hub.http(name, { no: 'such field' });
    const overSocket = refused(await hub.call(socket, name, { no: 'such field' }));
    expect({ ...refused(body), requestId: '' }).toEqual({ ...overSocket, requestId: '' });
  }
});

it('is ready, and keeps no door closed that is to be open', async () => {
  const ready = await fetch(`${hub.url}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'ready' }]);
  for (const path of [
    '/livez',
    '/metrics',
    '/api/docs',
    '/api/openapi.json',
    '/api/asyncapi.json',
    '/.well-known/jwks.json',
  ]) {
    expect([path, (await fetch(`${hub.url}${path}`)).status]).toEqual([path, 200]);
  }
});
