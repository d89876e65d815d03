import { connect, type Watch } from '@kinga/client-sdk';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogServer, TOPIC, take } from './log-server.ts';
import { WireServer } from './wire-server.ts';

const step = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('read' as const), who: fc.nat(), count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant('join' as const), bufferItems: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ kind: fc.constant('swallow' as const) }),
  fc.record({ kind: fc.constant('kill' as const) }),
  fc.record({ kind: fc.constant('heartbeat' as const) }),
  fc.record({ kind: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 40 }) }),
);

/** Lets the sockets do their work for a while. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

interface Reader {
  readonly watch: Watch<typeof TOPIC>;
  readonly seen: number[];
  /** What it was told to read, one after the other, while other things happen. */
  reading: Promise<void>;
}

function read(reader: Reader, upTo: () => number): void {
  reader.reading = reader.reading.then(async () => {
    for (const item of await take(reader.watch, upTo() - reader.seen.length)) {
      expect(item.kind).toBe('event');
      reader.seen.push(item.seq);
    }
  });
}

test('whatever happens to the connection, and however slow they read, watchers see each event once and in order', async () => {
  const anything = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 40 }), async (steps) => {
    await using wire = await WireServer.start();
    const log = new LogServer(wire, 0);
    await using hub = await connect({ url: wire.url, reconnect: { minMs: 1, maxMs: 3 } });
    const readers: Reader[] = [];
    const join = (bufferItems: number) => {
      const watch = hub.watch(TOPIC, { from: { epoch: 'e1', seq: 0 }, bufferItems });
      readers.push({ watch, seen: [], reading: Promise.resolve() });
    };
    join(3);
    for (const each of steps) {
      if (each.kind === 'append') for (let count = 0; count < each.count; count += 1) log.append();
      if (each.kind === 'join') join(each.bufferItems);
      if (each.kind === 'kill') wire.kill();
      // An event that never leaves the hub: the next one, or the heartbeat, gives it away.
      if (each.kind === 'swallow') log.head += 1;
      if (each.kind === 'heartbeat') wire.emit('heartbeat', log.heartbeat());
      if (each.kind === 'turns') await turns(each.count);
      if (each.kind === 'read') {
        const reader = readers[each.who % readers.length];
        if (reader) read(reader, () => Math.min(log.head, reader.seen.length + each.count));
      }
    }
    log.append();
    for (const reader of readers) read(reader, () => log.head);
    await Promise.all(readers.map((reader) => reader.reading));
    const all = Array.from({ length: log.head }, (_, index) => index + 1);
    for (const { seen } of readers) expect(seen).toEqual(all);
  });
  await fc.assert(anything, { numRuns: 150, timeout: 20_000, endOnFailure: true });
});
