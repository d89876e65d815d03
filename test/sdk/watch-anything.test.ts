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
);

interface Reader {
  readonly watch: Watch<typeof TOPIC>;
  readonly seen: number[];
}

async function read(reader: Reader, upTo: number): Promise<void> {
  const left = upTo - reader.seen.length;
  for (const item of await take(reader.watch, left)) {
    expect(item.kind).toBe('event');
    reader.seen.push(item.seq);
  }
}

test('whatever happens to the connection, and however slow they read, watchers see each event once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
      await using wire = await WireServer.start();
      const log = new LogServer(wire, 0);
      await using hub = await connect({ url: wire.url, reconnect: { minMs: 1, maxMs: 3 } });
      const readers: Reader[] = [];
      const join = (bufferItems: number) =>
        readers.push({ watch: hub.watch(TOPIC, { from: { epoch: 'e1', seq: 0 }, bufferItems }), seen: [] });
      join(3);
      for (const each of steps) {
        if (each.kind === 'append') for (let count = 0; count < each.count; count += 1) log.append();
        if (each.kind === 'join') join(each.bufferItems);
        if (each.kind === 'kill') wire.kill();
        // An event that never leaves the hub: the next one, or the heartbeat, gives it away.
        if (each.kind === 'swallow') log.head += 1;
        if (each.kind === 'read') {
          const reader = readers[each.who % readers.length];
          if (reader) await read(reader, Math.min(log.head, reader.seen.length + each.count));
        }
        wire.emit('heartbeat', log.heartbeat());
      }
      log.append();
      for (const reader of readers) await read(reader, log.head);
      const all = Array.from({ length: log.head }, (_, index) => index + 1);
      for (const { seen } of readers) expect(seen).toEqual(all);
    }),
    { numRuns: 60 },
  );
});
