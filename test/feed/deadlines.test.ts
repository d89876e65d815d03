import type { FeedEvent, WatchAck } from '@kinga/shared/contract/wire.ts';
import type { Socket } from 'socket.io-client';
import { expect, test } from 'vitest';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';

const TOPIC = 'broadcasts/all';

/** Holds every watch of the topic up: its snapshot reads this table. */
async function holdSnapshots(hub: TestHub): Promise<() => Promise<void>> {
  const client = await hub.database.pool.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE broadcasts IN ACCESS EXCLUSIVE MODE');
  return async () => {
    await client.query('COMMIT');
    client.release();
  };
}

async function waitingFor(hub: TestHub, count: number): Promise<void> {
  await probe(async () => {
    const { rows } = await hub.database.pool.query(
      `SELECT count(*)::int AS n FROM pg_locks WHERE relation = 'broadcasts'::regclass AND NOT granted`,
    );
    return rows[0].n >= count;
  });
}

function eventsOf(socket: Socket): FeedEvent[] {
  const events: FeedEvent[] = [];
  socket.on('event', (event: FeedEvent) => events.push(event));
  return events;
}

const send = { audience: 'all', severity: 'info', title: 'Habari', body: 'Everything goes on.' } as const;

test('a watch whose deadline is over leaves the one asked for after it alone', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const socket = await hub.connect({ token });
  const events = eventsOf(socket);
  const release = await holdSnapshots(hub);
  const first = await hub.call(socket, 'watch', { topic: TOPIC }, { deadlineMs: 50 });
  expect(first).toMatchObject({ ok: false, error: { code: 'DEADLINE_EXCEEDED' } });
  const second = hub.call(socket, 'watch', { topic: TOPIC });
  await waitingFor(hub, 1);
  await release();
  expect(await second).toMatchObject({ ok: true, data: { topic: TOPIC, resumed: false } });
  expect(await hub.call(socket, 'broadcasts.send', send)).toMatchObject({ ok: true });
  await probe(() => events.length === 1);
});

test('a watch that was to replace another and missed its deadline: the other goes on, each event once', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const socket = await hub.connect({ token });
  const events = eventsOf(socket);
  expect(await hub.call(socket, 'broadcasts.send', send)).toMatchObject({ ok: true });
  const begun = await hub.call(socket, 'watch', { topic: TOPIC });
  const { epoch } = (begun as { data: WatchAck }).data;
  await probe(() => events.length > 0 || (begun as { data: WatchAck }).data.seq === 1);
  const before = events.length;
  const release = await holdSnapshots(hub);
  const from = { epoch: 'another', seq: 0 };
  const again = await hub.call(socket, 'watch', { topic: TOPIC, from }, { deadlineMs: 50 });
  expect(again).toMatchObject({ ok: false, error: { code: 'DEADLINE_EXCEEDED' } });
  await release();
  expect(await hub.call(socket, 'broadcasts.send', send)).toMatchObject({ ok: true });
  await probe(() => events.length === before + 1);
  expect(events.at(-1)).toMatchObject({ epoch, seq: 2 });
});
