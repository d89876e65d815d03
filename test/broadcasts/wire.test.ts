import type { Broadcast } from '@kinga/shared/broadcasts/contract.ts';
import type { FeedEvent, WatchAck } from '@kinga/shared/contract/wire.ts';
import type { Socket } from 'socket.io-client';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';

const MESSAGE = { severity: 'critical', title: 'Tahadhari', body: 'The hub rests at midnight.' } as const;

async function listen(hub: TestHub, credentials: object, topic: string) {
  const socket = await hub.connect(credentials);
  const events: FeedEvent[] = [];
  socket.on('event', (event: FeedEvent) => events.push(event));
  const ack = ok(await hub.call(socket, 'watch', { topic })) as WatchAck;
  return { socket, events, ack, pending: (ack.snapshot as { pending: Broadcast[] } | undefined)?.pending };
}

test('a broadcast reaches every connected member on every node and waits for the others', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const { token } = await one.admin();
  const bettor = await one.bettor();
  const late = await one.bettor();
  const listeners = [
    await listen(one, { token: bettor.token }, 'broadcasts/role:bettor'),
    await listen(two, { token: bettor.token }, 'broadcasts/role:bettor'),
  ];
  const sent = ok(
    (await one.http('broadcasts.send', { audience: 'role:bettor', ...MESSAGE }, { token })).body,
  );
  for (const { events } of listeners) {
    await probe(() => events.length > 0);
    expect(events.map((event) => [event.type, event.data])).toEqual([['sent', sent]]);
  }
  const lateListener = await listen(two, { token: late.token }, 'broadcasts/role:bettor');
  expect(lateListener.pending).toEqual([sent]);
  ok(await two.call(lateListener.socket, 'broadcasts.acknowledge', { id: sent.id }));
  expect((await listen(one, { token: late.token }, 'broadcasts/role:bettor')).pending).toEqual([]);
  expect(ok((await one.http('broadcasts.pending', {}, { token: bettor.token })).body).items).toEqual([sent]);
});

test('operators hear through their staff and their machines; a stranger may not even listen', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const mine = await hub.operatorKey();
  const other = await hub.operatorKey();
  const staff = await hub.account('operator', { operatorId: mine.operatorId });
  const topic = `broadcasts/operator:${mine.operatorId}`;
  const machine = await listen(hub, { apiKey: mine.apiKey }, topic);
  const person = await listen(hub, { token: staff.token }, topic);
  const stranger: Socket = await hub.connect({ apiKey: other.apiKey });
  const refusal = refused(await hub.call(stranger, 'watch', { topic }));
  expect(['FORBIDDEN', 'NOT_FOUND']).toContain(refusal.code);
  const input = { audience: `operator:${mine.operatorId}`, ...MESSAGE };
  const sent = ok((await hub.http('broadcasts.send', input, { token })).body);
  for (const { events } of [machine, person]) {
    await probe(() => events.length > 0);
    expect(events[0]?.data).toEqual(sent);
  }
  const foreign = await hub.call(stranger, 'broadcasts.acknowledge', { id: sent.id });
  expect(refused(foreign).code).toBe('NOT_FOUND');
});

test('the sender sees the counts rise, live', async () => {
  await using hub = await startTestHub();
  const admin = await hub.admin();
  const inbox = await listen(hub, { token: admin.token }, `inbox/${admin.account.id}`);
  const bettors = [await hub.bettor(), await hub.bettor(), await hub.bettor()];
  const listeners = [];
  for (const { token } of bettors) listeners.push(await listen(hub, { token }, 'broadcasts/all'));
  const send = { audience: 'all', ...MESSAGE };
  const sent = ok((await hub.http('broadcasts.send', send, { token: admin.token })).body);
  const [first] = listeners;
  if (first) ok(await hub.call(first.socket, 'broadcasts.acknowledge', { id: sent.id }));
  const expected = { id: sent.id, delivered: 3, acknowledged: 1 };
  const last = await probe(() =>
    inbox.events.find((event) => JSON.stringify(event.data) === JSON.stringify(expected)),
  );
  expect(last).toMatchObject({ type: 'broadcastProgress', data: expected });
  const { counts } = ok((await hub.http('broadcasts.get', { id: sent.id }, { token: admin.token })).body);
  expect(counts).toEqual({ delivered: 3, acknowledged: 1 });
});

test('only administrators send, and what they send is checked', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const bettor = await hub.bettor();
  const input = { audience: 'all', ...MESSAGE };
  const code = async (given: unknown, credentials: object) =>
    refused((await hub.http('broadcasts.send', given, credentials)).body).code;
  expect(await code(input, {})).toBe('UNAUTHENTICATED');
  expect(await code(input, { token: bettor.token })).toBe('FORBIDDEN');
  for (const wrong of [
    { ...input, audience: 'role:king' },
    { ...input, audience: 'operator:' },
    { ...input, title: '' },
    { ...input, severity: 'loud' },
  ]) {
    expect(await code(wrong, { token })).toBe('INVALID_INPUT');
  }
  expect(await code({ ...input, audience: 'operator:op_none' }, { token })).toBe('NOT_FOUND');
  const anonymous = await hub.http('broadcasts.acknowledge', { id: 'brc_1' });
  expect(refused(anonymous.body).code).toBe('UNAUTHENTICATED');
});

test('an inbox is its owner’s alone', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const socket = await hub.connect({ token: (await hub.admin()).token });
  const refusal = refused(await hub.call(socket, 'watch', { topic: `inbox/${bettor.account.id}` }));
  expect(['FORBIDDEN', 'NOT_FOUND']).toContain(refusal.code);
});
