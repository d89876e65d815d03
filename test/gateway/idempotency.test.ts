import { randomUUID } from 'node:crypto';
import type { CallMeta } from '@kinga/shared/contract/wire.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { rawSocket } from './raw-socket.ts';
import { openWorld, type World } from './world.ts';

/** Two nodes on one database. */
let world: World;
let second: World;
beforeAll(async () => {
  world = await openWorld();
  second = await openWorld({ database: world.database });
});
afterAll(async () => {
  await second[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const key = (): CallMeta & { idempotencyKey: string } => ({ idempotencyKey: randomUUID() });

async function paymentsMade(): Promise<number> {
  const { rows } = await world.database.pool.query(
    `SELECT count(*)::int AS made FROM audit_log WHERE action = 'payment.made'`,
  );
  return rows[0].made;
}

describe('an idempotency key', () => {
  it('makes a repetition give the first answer again, as the identical text, on any node and transport', async () => {
    const meta = key();
    const before = await paymentsMade();
    const { socket, send, next } = await rawSocket(world.port, { token: 'bettor' });
    send(`421["lab.pay",{"amount":5},${JSON.stringify(meta)}]`);
    const first = (await next(/^431/)).slice(3);
    send(`422["lab.pay",{"amount":5},${JSON.stringify(meta)}]`);
    expect((await next(/^432/)).slice(3)).toBe(first);
    socket.close();
    const response = await fetch(`${second.url}/api/v1/lab.pay`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer bettor',
        'content-type': 'application/json',
        'idempotency-key': meta.idempotencyKey,
      },
      body: '{"amount":5}',
    });
    expect(`[${await response.text()}]`).toBe(first);
    expect(await paymentsMade()).toBe(before + 1);
  });

  it('is one for concurrent twins on two nodes: one effect, one answer', async () => {
    const meta = key();
    const before = await paymentsMade();
    const [here, there] = await Promise.all([
      world.connect({ token: 'bettor' }),
      second.connect({ token: 'bettor' }),
    ]);
    const acks = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        i % 2 === 0
          ? world.call(here, 'lab.pay', { amount: 9 }, meta)
          : second.call(there, 'lab.pay', { amount: 9 }, meta),
      ),
    );
    expect(new Set(acks.map((ack) => JSON.stringify(ok(ack)))).size).toBe(1);
    expect(await paymentsMade()).toBe(before + 1);
  });

  it('conflicts with another input, and keeps the first', async () => {
    const meta = key();
    const socket = await world.connect({ token: 'bettor' });
    const first = ok(await world.call(socket, 'lab.pay', { amount: 1 }, meta));
    const error = refused(await world.call(socket, 'lab.pay', { amount: 2 }, meta));
    expect(error.code).toBe('IDEMPOTENCY_CONFLICT');
    const { status } = await world.http(
      'lab.pay',
      { amount: 2 },
      { token: 'bettor', headers: { 'idempotency-key': meta.idempotencyKey } },
    );
    expect(status).toBe(409);
    expect(ok(await world.call(socket, 'lab.pay', { amount: 1 }, meta))).toEqual(first);
  });

  it('belongs to one actor', async () => {
    const meta = key();
    const [mine, theirs] = await Promise.all([
      world.connect({ token: 'bettor' }),
      world.connect({ token: 'other' }),
    ]);
    const first = ok(await world.call(mine, 'lab.pay', { amount: 1 }, meta));
    expect(ok(await world.call(theirs, 'lab.pay', { amount: 1 }, meta))).not.toEqual(first);
  });

  it('is free again after a failure, of which nothing stays', async () => {
    const meta = key();
    const before = await paymentsMade();
    const socket = await world.connect({ token: 'bettor' });
    expect(refused(await world.call(socket, 'lab.pay', { amount: 1, fail: true }, meta)).code).toBe('BROKE');
    expect(await paymentsMade()).toBe(before);
    expect(ok(await world.call(socket, 'lab.pay', { amount: 1 }, meta))).toMatchObject({ amount: 1 });
  });

  it('is required where money moves, and may be left out where it is only accepted', async () => {
    const socket = await world.connect({ token: 'bettor' });
    const error = refused(await world.call(socket, 'lab.pay', { amount: 1 }));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', details: [{ path: 'idempotencyKey' }] });
    const once = ok(await world.call(socket, 'lab.note', { text: 'a' }));
    expect(ok(await world.call(socket, 'lab.note', { text: 'a' }))).not.toEqual(once);
    const meta = key();
    const keyed = ok(await world.call(socket, 'lab.note', { text: 'a' }, meta));
    expect(ok(await world.call(socket, 'lab.note', { text: 'a' }, meta))).toEqual(keyed);
  });

  it('compares what the schema made of the input, not how it was written', async () => {
    const meta = key();
    const { socket, send, next } = await rawSocket(world.port, { token: 'bettor' });
    send(`421["lab.pay",{"amount":4,"fail":false},${JSON.stringify(meta)}]`);
    const first = (await next(/^431/)).slice(3);
    send(`422["lab.pay",{"fail":false,   "amount":4.0},${JSON.stringify(meta)}]`);
    expect((await next(/^432/)).slice(3)).toBe(first);
    socket.close();
  });
});
