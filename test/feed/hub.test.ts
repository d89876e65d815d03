import { appendEvents } from '@kinga/server/platform/outbox/outbox.ts';
import { describe, expect, it } from 'vitest';
import { helloOf, ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';
import { checkLog, connectPlain, readAgain, stopReading } from './support/plain-client.ts';
import { range } from './support/topics.ts';

const TOPIC = 'broadcasts/all';

async function write(hub: TestHub, numbers: readonly number[]): Promise<void> {
  const data = { id: 'b', audience: 'all', severity: 'info', title: 't', body: 'x'.repeat(4_000) };
  const sentAt = new Date().toISOString();
  await hub.database.db.transaction((tx) =>
    appendEvents(
      tx,
      numbers.map((n) => ({ topic: TOPIC, type: 'sent', data: { ...data, id: `b${n}`, sentAt } })),
    ),
  );
}

describe('the feed behind the real gateway', () => {
  it('acks before the first event, resumes, and refuses with the same words as any call', async () => {
    await using hub = await startTestHub();
    const { token } = await hub.admin();
    const bettor = await hub.bettor();
    using client = await connectPlain(hub.url, { token });
    const { epoch } = await client.watched(TOPIC);
    let stop = false;
    const writing = (async () => {
      for (let n = 1; !stop; n++) await write(hub, [n]);
    })();
    const asked: (number | undefined)[] = [undefined];
    for (let i = 0; i < 30; i++) {
      const from = i % 2 === 0 ? undefined : 0;
      asked.push(from);
      await client.watched(TOPIC, from === undefined ? undefined : { epoch, seq: from });
    }
    stop = true;
    await writing;
    await probe(async () => {
      const { rows } = await hub.database.pool.query('SELECT head::int FROM feed_topics WHERE topic = $1', [
        TOPIC,
      ]);
      return client.seqs(TOPIC).at(-1) === rows[0].head;
    });
    checkLog(client, TOPIC, asked);
    const socket = await hub.connect({ token: bettor.token });
    expect(refused(await hub.call(socket, 'watch', { topic: 'monitoring/live' })).code).toBe('FORBIDDEN');
    expect(refused(await hub.call(socket, 'watch', { topic: 'wallet/other' })).code).toBe('NOT_FOUND');
    expect(refused(await hub.call(socket, 'watch', { topic: 'markets/none' })).code).toBe('NOT_FOUND');
    expect(refused(await hub.call(socket, 'watch', { topic: TOPIC, from: { seq: -1 } })).code).toBe(
      'INVALID_INPUT',
    );
    ok(await hub.call(socket, 'watch', { topic: `wallet/${bettor.account.id}` }));
    const anonymous = await hub.connect();
    expect(refused(await hub.call(anonymous, 'watch', { topic: TOPIC })).code).toBe('UNAUTHENTICATED');
  });

  it('closes a slow consumer with bye SLOW_CONSUMER and its transport, and serves the fast one on', async () => {
    await using hub = await startTestHub();
    const { token } = await hub.admin();
    using slow = await connectPlain(hub.url, { token });
    using fast = await connectPlain(hub.url, { token });
    await slow.watched(TOPIC);
    await fast.watched(TOPIC);
    stopReading(slow);
    let last = 0;
    const closed = async () => {
      const { registry } = hub.platform.metrics;
      const metric = await registry.getSingleMetric('kinga_feed_slow_consumers_total')?.get();
      return metric?.values[0]?.value === 1;
    };
    // It is cut off a second after its bye: it must read again as soon as it has been closed.
    const reading = probe(closed).then(() => readAgain(slow));
    for (let i = 0; i < 100 && !(await closed()); i++) {
      await write(hub, range(last + 1, last + 100));
      last += 100;
      await probe(() => fast.seqs(TOPIC).at(-1) === last);
    }
    await reading;
    await probe(() => slow.disconnects.length === 1);
    expect(slow.byes).toEqual([{ code: 'SLOW_CONSUMER', message: expect.any(String) }]);
    expect(slow.disconnects).toEqual(['transport close']);
    checkLog(slow, TOPIC, [undefined]);
    checkLog(fast, TOPIC, [undefined]);
    expect(fast.byes).toEqual([]);
  });

  it('heartbeats come at the rate the hello promised', async () => {
    await using hub = await startTestHub();
    const { apiKey } = await hub.operatorKey();
    const socket = await hub.connect({ apiKey });
    expect(helloOf(socket).heartbeatMs).toBe(1_000);
    const beats: { heads: Record<string, { seq: number; asOf: string }> }[] = [];
    socket.on('heartbeat', (beat) => beats.push(beat));
    ok(await hub.call(socket, 'watch', { topic: 'exclusions/changes' }));
    const asOfs = () => beats.flatMap((beat) => beat.heads['exclusions/changes']?.asOf ?? []);
    await probe(() => new Set(asOfs()).size >= 3);
    expect(asOfs()).toEqual(asOfs().toSorted());
  });
});
