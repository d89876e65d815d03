import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused } from '../support/client.ts';
import { probe } from '../support/probe.ts';
import { rawSocket } from './raw-socket.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const MALFORMED = 'INVALID_INPUT';

describe('arguments of a call on a socket', () => {
  it.each<[string, unknown[], string]>([
    ['none', ['lab.echo'], 'text'],
    ['null', ['lab.echo', null], 'text'],
    ['a list', ['lab.echo', [1]], 'input'],
    ['a text', ['lab.echo', 'text'], 'input'],
    ['a number', ['lab.echo', 7], 'input'],
    ['true', ['lab.echo', true], 'input'],
    ['meta that is a text', ['lab.echo', { text: 'x' }, 'meta'], 'meta'],
    ['meta that is a list', ['lab.echo', { text: 'x' }, []], 'meta'],
    [
      'meta with something unknown',
      ['lab.echo', { text: 'x' }, { idempotenceKey: 'k' }],
      'meta.idempotenceKey',
    ],
    ['one argument too many', ['lab.echo', { text: 'x' }, {}, {}], 'arguments'],
    ['a key for a procedure without', ['lab.echo', { text: 'x' }, { idempotencyKey: 'k' }], 'idempotencyKey'],
    [
      'a key that is too long',
      ['lab.echo', { text: 'x' }, { idempotencyKey: 'k'.repeat(201) }],
      'idempotencyKey',
    ],
    ['a key that is empty', ['lab.echo', { text: 'x' }, { idempotencyKey: '' }], 'idempotencyKey'],
    [
      'a key that cannot be printed',
      ['lab.echo', { text: 'x' }, { idempotencyKey: 'a\nb' }],
      'idempotencyKey',
    ],
    ['binary data', ['lab.echo', { text: Buffer.from('x') }], 'input'],
  ])('%s: coded, and named', async (_what, args, path) => {
    const socket = await world.connect();
    const [name, ...rest] = args as [string, ...unknown[]];
    const error = refused(await socket.timeout(5_000).emitWithAck(name, ...rest));
    expect(error.code).toBe(MALFORMED);
    expect(error.details?.map((detail) => detail.path)).toEqual([path]);
    expect((await world.call(socket, 'lab.echo', { text: 'still here' })).ok).toBe(true);
  });

  it('null as meta is no meta', async () => {
    const socket = await world.connect();
    expect((await socket.timeout(5_000).emitWithAck('lab.echo', { text: 'x' }, null)).ok).toBe(true);
  });

  it('nested a hundred thousand times are refused like any other', async () => {
    const { socket, send, next } = await rawSocket(world.port);
    const depth = 100_000;
    send(`421["lab.echo",${'['.repeat(depth)}${']'.repeat(depth)}]`);
    expect(await next(/^431/)).toContain(MALFORMED);
    send(`422["lab.anything",${'['.repeat(depth)}${']'.repeat(depth)}]`);
    expect(await next(/^432/)).toContain('"ok":true');
    socket.close();
  });

  it('with __proto__ in them poison nothing', async () => {
    const { socket, send, next } = await rawSocket(world.port);
    send('421["lab.echo",{"text":"x","__proto__":{"admin":true}}]');
    expect(await next(/^431/)).toMatch(/"ok":/);
    send('422["lab.echo",{"text":"x"},{"__proto__":{"idempotencyKey":"k"}}]');
    expect(await next(/^432/)).toContain(MALFORMED);
    expect(Reflect.get({}, 'admin')).toBeUndefined();
    socket.close();
  });

  it('of an event that waits for no ack do nothing, and harm nothing', async () => {
    const socket = await world.connect();
    socket.emit('lab.hold', {});
    socket.emit('lab.fail', { how: 'crash' });
    socket.emit('no such thing');
    socket.emit('watch');
    expect((await world.call(socket, 'lab.echo', { text: 'x' })).ok).toBe(true);
    expect(world.lab.gate.waiting).toBe(0);
  });
});

describe('the size of a message', () => {
  it('up to 256 KiB is taken, whatever its characters weigh', async () => {
    const socket = await world.connect();
    const frame = Buffer.byteLength('420["lab.echo",{"text":""}]');
    const room = 256 * 1024 - frame - 10;
    expect((await world.call(socket, 'lab.echo', { text: 'x'.repeat(room) })).ok).toBe(true);
    expect((await world.call(socket, 'lab.echo', { text: '…'.repeat(Math.floor(room / 3)) })).ok).toBe(true);
  });

  it.each([
    ['letters', 'x'.repeat(256 * 1024)],
    ['wide characters', '…'.repeat(90 * 1024)],
    ['pairs', '😀'.repeat(70 * 1024)],
  ])('above it is refused, and the socket stays: %s', async (_what, text) => {
    const socket = await world.connect();
    expect(refused(await world.call(socket, 'lab.echo', { text })).code).toBe('PAYLOAD_TOO_LARGE');
    expect((await world.call(socket, 'lab.echo', { text: 'still here' })).ok).toBe(true);
  });

  it('above the transport’s 1 MiB closes the socket, after a bye', async () => {
    const socket = await world.connect();
    const said: unknown[] = [];
    socket.on('bye', (bye) => said.push(bye));
    socket.emit('lab.echo', { text: 'x'.repeat(1024 * 1024) });
    await probe(() => !socket.connected);
    expect(said).toEqual([{ code: 'PAYLOAD_TOO_LARGE', message: expect.any(String) }]);
  });
});

describe('frames that are no message', () => {
  it.each([
    ['no JSON', '42["lab.echo",'],
    ['no list', '42{"a":1}'],
    ['no name', '42[{}]'],
    ['an empty list', '42[]'],
    ['an unknown packet', '49'],
    ['an ack nobody waits for with no list', '431{}'],
    ['attachments without end', '451000-["x"]'],
    ['attachments without a number', '45x-["x"]'],
    ['nothing', '4'],
    ['an id that is no number', `42${'9'.repeat(400)}["lab.echo"]`],
    ['a binary ack', '461-1["x",{"_placeholder":true,"num":0}]'],
  ])('%s: the socket is closed with a bye or goes on, and the node lives', async (_what, frame) => {
    const { socket, send, next, closed } = await rawSocket(world.port);
    send(frame);
    send('429["lab.echo",{"text":"x"}]');
    const first = await Promise.race([next(/^439|"bye"/), closed.then(() => 'closed')]);
    expect(first).toMatch(/^439|PROTOCOL_ERROR/);
    socket.close();
    expect((await world.http('lab.echo', { text: 'alive' })).status).toBe(200);
  });

  it('an event whose name is not text is refused', async () => {
    const { socket, send, next } = await rawSocket(world.port);
    send('425[7,{}]');
    expect(await next(/^435|bye/)).toContain(MALFORMED);
    socket.close();
  });

  it('names that mean something to the library are names like any other', async () => {
    const { socket, send, next } = await rawSocket(world.port);
    for (const name of ['connect', 'disconnect', 'error', 'newListener', 'hello', 'constructor', '']) {
      send(`421["${name}"]`);
      expect(await next(/^431/)).toContain('UNKNOWN_PROCEDURE');
    }
    socket.close();
  });
});

describe('many calls', () => {
  it('of one socket are each answered once, with their own answer', async () => {
    const socket = await world.connect({ token: 'bettor' });
    const acks = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => world.call(socket, 'lab.echo', { text: String(i) })),
    );
    expect(acks).toEqual(acks.map((_, i) => ({ ok: true, data: { text: String(i) } })));
  });

  it('keep their request ids apart', async () => {
    const socket = await world.connect({ token: 'bettor' });
    const acks = await Promise.all(Array.from({ length: 50 }, () => world.call(socket, 'lab.me')));
    const ids = acks.map((ack) => (ack.ok ? Reflect.get(ack.data as object, 'requestId') : undefined));
    expect(new Set(ids).size).toBe(50);
  });

  it('that outlive their socket are dropped in silence', async () => {
    const socket = await world.connect({ token: 'bettor' });
    const { size } = world.feed.attached;
    socket.emitWithAck('lab.hold', {}).catch(() => {});
    await probe(() => world.lab.gate.waiting === 1);
    socket.disconnect();
    await probe(() => world.feed.attached.size === size - 1);
    world.lab.gate.open();
    expect((await world.http('lab.echo', { text: 'alive' })).status).toBe(200);
  });
});
