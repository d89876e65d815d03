import type { Ack } from '@kinga/shared/contract/errors.ts';
import { PROTOCOL_ERRORS } from '@kinga/shared/contract/errors.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allLabProcedures } from './lab.ts';
import { rawSocket } from './raw-socket.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({ limits: { staffPerHour: 1_000_000 } });
});
afterAll(() => world[Symbol.asyncDispose]());

/** Those that answer at once. */
const names = allLabProcedures.map(({ name }) => name).filter((name) => name !== 'lab.hold');
const someName = fc.oneof(
  fc.constantFrom(...names, 'watch', 'unwatch', '__proto__', 'constructor', 'toString'),
  fc.string(),
);
const awkward = fc.constantFrom<unknown>(
  null,
  {},
  [],
  { __proto__: null, toString: 1 },
  JSON.parse('{"__proto__":{"x":1},"constructor":{"prototype":1}}'),
  { text: 'ok' },
  { topic: 'a/b' },
  { text: '\u0000\ud800' },
  { checks: { length: 1e9 } },
  { checks: Array(1_001).fill('x') },
  { items: [{ name: 'a', size: Number.MAX_SAFE_INTEGER + 2 }] },
  { how: 'crash', later: true },
  -0,
  '',
);
const someArgument = fc.oneof(awkward, fc.jsonValue({ maxDepth: 6 }));
const someMeta = fc.oneof(
  fc.constantFrom<unknown>(null, {}, { deadlineMs: 1 }, { idempotencyKey: 'k' }, { deadlineMs: '1' }),
  fc.jsonValue({ maxDepth: 2 }),
);

function expectCoded(answer: Ack): void {
  if (answer.ok) {
    expect(Object.keys(answer).sort()).toEqual(expect.arrayContaining(['ok']));
    return;
  }
  const { error } = answer;
  expect([...Object.keys(PROTOCOL_ERRORS), 'TOO_LATE', 'BROKE']).toContain(error.code);
  expect(error.requestId.length).toBeGreaterThan(0);
  if (error.code === 'INVALID_INPUT') expect(error.details?.length).toBeGreaterThan(0);
  expect(error.message).not.toMatch(/secret/);
}

it('whatever the arguments are: one coded answer, over a socket', async () => {
  const sockets = await Promise.all([
    world.connect(),
    world.connect({ token: 'bettor' }),
    world.connect({ token: 'admin' }),
    world.connect({ apiKey: 'key' }),
  ]);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...sockets),
      someName,
      fc.array(someArgument, { maxLength: 3 }),
      fc.option(someMeta),
      async (socket, name, args, meta) => {
        // Names the client library keeps to itself never leave it.
        fc.pre(
          ![
            'connect',
            'connect_error',
            'disconnect',
            'disconnecting',
            'newListener',
            'removeListener',
          ].includes(name),
        );
        const given = meta === null ? args : [...args.slice(0, 1), meta];
        expectCoded(await socket.timeout(5_000).emitWithAck(name, ...given));
      },
    ),
    { numRuns: 600 },
  );
});

it('whatever the body is: one coded answer, over HTTP', async () => {
  const body = fc.oneof(
    someArgument.map((value) => JSON.stringify(value) ?? ''),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      body,
      fc.option(fc.string({ unit: 'grapheme-ascii', maxLength: 20 })),
      async (name, text, key) => {
        const { status, body: answer } = await world.http(name, undefined, {
          token: 'bettor',
          rawBody: text,
          ...(key === null ? {} : { headers: { 'idempotency-key': key } }),
        });
        expectCoded(answer);
        expect(status === 200).toBe(answer.ok);
      },
    ),
    { numRuns: 200 },
  );
});

it('whatever the frames are: the node lives, and whoever behaves is served', async () => {
  const piece = fc.constantFrom(
    '4',
    '42',
    '421',
    '451-',
    '46',
    '2',
    '40',
    '41',
    '[',
    ']',
    '"lab.echo"',
    ',',
    '{}',
    '/x,',
    '9',
  );
  const frame = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    fc.uint8Array({ maxLength: 64 }).map((bytes) => Uint8Array.from(bytes)),
  );
  const good = await world.connect({ token: 'bettor' });
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 5 }), async (frames) => {
      const { socket, send } = await rawSocket(world.port);
      for (const one of frames) send(one);
      expect(await good.timeout(5_000).emitWithAck('lab.echo', { text: 'x' })).toEqual({
        ok: true,
        data: { text: 'x' },
      });
      socket.close();
    }),
    { numRuns: 150 },
  );
});
