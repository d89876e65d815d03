import type { Ack } from '@kinga/shared/contract/errors.ts';
import { PROTOCOL_ERRORS } from '@kinga/shared/contract/errors.ts';
import type { CallMeta } from '@kinga/shared/contract/wire.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, refused } from '../support/client.ts';
import { openWorld, type World } from './world.ts';

interface Asked {
  readonly name: string;
  readonly input?: unknown;
  readonly as?: Credentials;
  readonly meta?: CallMeta;
}
type Ask = (asked: Asked) => Promise<{ ack: Ack; status: number | undefined; headers?: Headers }>;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const overSocket: Ask = async ({ name, input, as, meta }) => {
  const socket = await world.connect(as);
  const ack = await world.call(socket, name, input, meta);
  socket.disconnect();
  return { ack, status: undefined };
};

const overHttp: Ask = async ({ name, input, as, meta }) => {
  const headers = {
    ...(meta?.idempotencyKey === undefined ? {} : { 'idempotency-key': meta.idempotencyKey }),
    ...(meta?.deadlineMs === undefined ? {} : { 'x-deadline-ms': String(meta.deadlineMs) }),
  };
  const answer = await world.http(name, input, { ...as, headers });
  return { ack: answer.body, status: answer.status, headers: answer.headers };
};

const KEY = { apiKey: 'key' };
const BETTOR = { token: 'bettor' };

/** Every row of the table of errors, as the caller asks for it. */
const rows: readonly (Asked & { code: string; status: number })[] = [
  { code: 'INVALID_INPUT', status: 400, name: 'lab.echo', input: { text: 7 } },
  { code: 'UNAUTHENTICATED', status: 401, name: 'lab.me' },
  { code: 'UNAUTHENTICATED', status: 401, name: 'lab.staff', input: { wrong: true } },
  { code: 'FORBIDDEN', status: 403, name: 'lab.staff', input: { text: 'x' }, as: BETTOR },
  { code: 'FORBIDDEN', status: 403, name: 'lab.staff', input: { text: 'x' }, as: KEY },
  { code: 'FORBIDDEN', status: 403, name: 'lab.me', as: KEY },
  {
    code: 'FORBIDDEN',
    status: 403,
    name: 'lab.lookup',
    input: { id: 'a', purpose: 'bet' },
    as: { apiKey: 'watcher' },
  },
  { code: 'NOT_FOUND', status: 404, name: 'lab.fail', input: { how: 'notFound' } },
  { code: 'UNKNOWN_PROCEDURE', status: 404, name: 'lab.nothing' },
  { code: 'UNKNOWN_PROCEDURE', status: 404, name: '__proto__', as: BETTOR },
  { code: 'CONFLICT', status: 409, name: 'lab.fail', input: { how: 'conflict' } },
  { code: 'PAYLOAD_TOO_LARGE', status: 413, name: 'lab.echo', input: { text: 'x'.repeat(256 * 1024) } },
  { code: 'INTERNAL', status: 500, name: 'lab.fail', input: { how: 'crash' } },
  { code: 'INTERNAL', status: 500, name: 'lab.fail', input: { how: 'undeclared' } },
  { code: 'INTERNAL', status: 500, name: 'lab.fail', input: { how: 'internal', later: true } },
  { code: 'INTERNAL', status: 500, name: 'lab.fail', input: { how: 'throw text', later: true } },
  { code: 'INTERNAL', status: 500, name: 'lab.fail', input: { how: 'reject nothing', later: true } },
  { code: 'INTERNAL', status: 500, name: 'lab.wrong', input: { how: 'shape' } },
  { code: 'UNAVAILABLE', status: 503, name: 'lab.fail', input: { how: 'unavailable' } },
  { code: 'UNAVAILABLE', status: 503, name: 'lab.fail', input: { how: 'database', later: true } },
  { code: 'UNAVAILABLE', status: 503, name: 'lab.fail', input: { how: 'lost race', later: true } },
  { code: 'DEADLINE_EXCEEDED', status: 504, name: 'lab.hold', meta: { deadlineMs: 20 } },
  { code: 'TOO_LATE', status: 422, name: 'lab.fail', input: { how: 'declared' } },
  { code: 'TOO_LATE', status: 422, name: 'lab.fail', input: { how: 'declared', later: true } },
];

describe.each([
  ['a socket', overSocket],
  ['HTTP', overHttp],
])('the table of errors over %s', (_transport, ask) => {
  it.each(rows)('$code ($status): $name $input.how', async ({ code, status, ...asked }) => {
    const answer = await ask(asked);
    const error = refused(answer.ack);
    expect(error.code).toBe(code);
    expect(error.message).not.toMatch(/secret/);
    expect(error.requestId).toMatch(/^r_/);
    if (answer.status !== undefined) expect(answer.status).toBe(status);
    const retries = PROTOCOL_ERRORS[code as keyof typeof PROTOCOL_ERRORS]?.retry ?? false;
    if (!retries) expect(error.retryAfterMs).toBeUndefined();
    if (code === 'UNAVAILABLE') expect(error.retryAfterMs).toBeGreaterThan(0);
    if (code === 'UNAVAILABLE' && answer.headers) {
      expect(Number(answer.headers.get('retry-after'))).toBe(Math.ceil((error.retryAfterMs ?? 0) / 1000));
    }
    if (answer.headers) expect(answer.headers.get('x-request-id')).toBe(error.requestId);
    if (code === 'INTERNAL') expect(Object.keys(error).sort()).toEqual(['code', 'message', 'requestId']);
  });

  it('names every malformed field by its path', async () => {
    const { ack } = await ask({
      name: 'lab.deep',
      input: {
        items: [{ name: 'ok', size: 1 }, { name: 'far too long', size: 1.5, colour: 'red' }, null],
        when: 'soon',
        'odd key': 1,
      },
    });
    const error = refused(ack);
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.details?.map((detail) => detail.path).sort()).toEqual([
      '["odd key"]',
      'items[1].colour',
      'items[1].name',
      'items[1].size',
      'items[2]',
      'when',
    ]);
    expect(error.details?.every((detail) => detail.message.length > 0)).toBe(true);
  });

  it('names what is wrong with the meta argument beside what is wrong with the input', async () => {
    const { ack } = await ask({
      name: 'lab.pay',
      input: { amount: 'much' },
      as: BETTOR,
      meta: { deadlineMs: 60_001 },
    });
    expect(
      refused(ack)
        .details?.map((detail) => detail.path)
        .sort(),
    ).toEqual(['amount', 'deadlineMs', 'idempotencyKey']);
  });

  it.each([[0], [-1], [1.5], [60_001]])('refuses a deadline of %d ms', async (deadlineMs) => {
    const { ack } = await ask({ name: 'lab.echo', input: { text: 'x' }, meta: { deadlineMs } });
    expect(refused(ack).details).toEqual([{ path: 'deadlineMs', message: expect.any(String) }]);
  });

  it('takes what is left out for nothing given, and answers', async () => {
    const { ack } = await ask({ name: 'lab.me', as: BETTOR });
    expect(ack.ok).toBe(true);
  });

  it('lets nothing out that the output schema does not name', async () => {
    const { ack } = await ask({ name: 'lab.wrong', input: { how: 'extra' } });
    expect(ack).toEqual({ ok: true, data: { text: 'fine' } });
  });

  it('survives an answer that cannot be written down', async () => {
    const { ack } = await ask({ name: 'lab.wrong', input: { how: 'unwritable' } });
    expect(refused(ack).code).toBe('INTERNAL');
  });
});

it('counts every answer by procedure and code', async () => {
  const before = await world.metric(/kinga_calls_total\{procedure="lab.echo",code="OK"/);
  await overSocket({ name: 'lab.echo', input: { text: 'x' } });
  expect(await world.metric(/kinga_calls_total\{procedure="lab.echo",code="OK"/)).toBe(before + 1);
  expect(
    await world.metric(/kinga_calls_total\{procedure="unknown",code="UNKNOWN_PROCEDURE"/),
  ).toBeGreaterThan(0);
  expect(await world.metric(/kinga_call_seconds_count\{procedure="lab.echo"/)).toBeGreaterThan(0);
});
