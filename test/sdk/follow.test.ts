import { getEventListeners, once } from 'node:events';
import { connect, HubError } from '@kinga/client-sdk';
import { follow } from '@kinga/client-sdk/changes.ts';
import { expect, test } from 'vitest';
import { probe } from '../support/probe.ts';
import { WireServer } from './wire-server.ts';

const topic = 'operators/op_1/changes';
const at = '2026-11-20T09:00:00.000Z';
const event = (epoch: string, seq: number) => ({ topic, epoch, seq, at, type: 'registered', data: {} });

test('after a restore the changes of the new history are acknowledged, and an acknowledgement of the old one is none', async () => {
  await using wire = await WireServer.start();
  let epoch = 'e1';
  wire.answer('operators.acknowledged', { topic, epoch, seq: 0, head: 3, acknowledgedAt: null });
  wire.on('watch', ({ answer, socket }) => {
    answer({ ok: true, data: { topic, kind: 'log', epoch, seq: 3, resumed: true } });
    for (const seq of [1, 2, 3]) socket.emit('event', event(epoch, seq));
  });
  wire.on('operators.acknowledge', ({ input, answer }) => {
    const given = input as { epoch: string; seq: number };
    if (given.epoch === epoch) answer({ ok: true, data: { seq: given.seq, acknowledgedAt: at } });
    else answer({ ok: false, error: { code: 'CONFLICT', message: 'another history', requestId: 'r_1' } });
  });
  await using hub = await connect({ url: wire.url, apiKey: 'kk_test' });
  const resets: string[] = [];
  await using following = hub.changes.follow({
    operatorId: 'op_1',
    apply: () => {},
    onReset: ({ reason }) => void resets.push(reason),
  });
  await probe(() => following.acknowledged === 3);
  epoch = 'e2';
  // Committed before the restore, and on its way while that happened.
  wire.emit('event', event('e1', 4));
  wire.emit('reset', { topic, epoch, seq: 1, reason: 'RESTORED' });
  wire.emit('event', event(epoch, 2));
  await probe(() => following.acknowledged === 2);
  expect(resets).toEqual(['RESTORED']);
  expect(wire.of('operators.acknowledge').at(-1)?.input).toEqual({ epoch: 'e2', seq: 2 });
});

test('however often a hub that is away is asked where to go on, nothing is left behind for it', async () => {
  const listeners: number[] = [];
  await using following = follow(
    {
      operators: () => ({
        acknowledged: async (_input, options) => {
          listeners.push(getEventListeners(options!.signal!, 'abort').length);
          throw new HubError('UNAVAILABLE', 'away');
        },
        acknowledge: () => Promise.reject(new HubError('UNAVAILABLE', 'away')),
      }),
      watch: () => {
        throw new Error('nobody knows from where');
      },
    },
    { operatorId: 'op_1', apply: () => {} },
  );
  await probe(() => listeners.length === 4);
  expect(listeners).toEqual([0, 0, 0, 0]);
  await following.close();
});

test('what is applied just as an acknowledgement has been answered is acknowledged too', async () => {
  for (let ticks = 0; ticks < 12; ticks += 1) {
    const acknowledged: number[] = [];
    const answered = Promise.withResolvers<void>();
    const items = [1, 2].map((seq) => ({ kind: 'event', ...event('e1', seq) }));
    async function* changes(signal: AbortSignal) {
      yield* items;
      await once(signal, 'abort');
    }
    await using _following = follow(
      {
        operators: () => ({
          acknowledged: async () => ({ topic, epoch: 'e1', seq: 0, head: 2, acknowledgedAt: null }),
          acknowledge: async ({ seq }) => {
            acknowledged.push(seq);
            if (seq === 1) await answered.promise;
            return { seq, acknowledgedAt: at };
          },
        }),
        watch: (_topic, options) => changes(options.signal!) as never,
      },
      {
        operatorId: 'op_1',
        apply: async ({ seq }) => {
          if (seq === 1) return;
          answered.resolve();
          for (let tick = 0; tick < ticks; tick += 1) await undefined;
        },
      },
    );
    const what = `the acknowledgement of what was applied ${ticks} ticks later`;
    await probe(() => acknowledged.includes(2), { what });
  }
});
