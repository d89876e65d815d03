import { loadReplica } from '@kinga/server/domains/exclusions/replica/load.ts';
import { IntervalTable } from '@kinga/server/domains/exclusions/replica/table.ts';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import { serveParent } from '../harness/child.ts';

const KEY_BYTES = 16;
const ASKED = 2_000_000;

/** Uniform keys, the nth always the same; those from `count` on are in no table. */
function keyAt(bytes: Buffer, offset: number, index: number): void {
  let state = Math.imul(index + 1, 0x9e3779b1) ^ 0x85ebca6b;
  for (let word = 0; word < 4; word++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39) + index + word;
    state ^= state >>> 15;
    bytes.writeUInt32BE(state >>> 0, offset + word * 4);
  }
}

/** So much garbage fills the young generation, whose size is fixed: what of it is resident counts for nobody. */
const CHURNED = 4_000_000;

function held(): number {
  const { gc } = globalThis as { gc?: () => void };
  let last: object = {};
  for (let i = 0; i < CHURNED; i++) last = { i, last: i };
  if (!('last' in last)) throw new Error('nothing was churned');
  gc?.();
  return process.memoryUsage.rss();
}

/** Texts of keys, made beforehand: making them is not what is measured. */
function texts(from: number, count: number, spread: number): string[] {
  const bytes = Buffer.alloc(KEY_BYTES);
  return Array.from({ length: count }, (_, i) => {
    keyAt(bytes, 0, from + ((i * 7_919) % spread));
    return bytes.toString('latin1');
  });
}

function perSecond(count: number, run: () => number): number {
  run();
  const startedAt = performance.now();
  const hits = run();
  const elapsed = (performance.now() - startedAt) / 1000;
  if (hits !== 0 && hits !== count) throw new Error(`${hits} of ${count}`);
  return count / elapsed;
}

function measure(count: number, ask: (key: string) => boolean) {
  const hits = texts(0, Math.min(ASKED, count), count);
  const misses = texts(count, Math.min(ASKED, count), count);
  const ask_ = (keys: readonly string[]) => () => keys.reduce((sum, key) => sum + (ask(key) ? 1 : 0), 0);
  return {
    hitsPerSecond: perSecond(hits.length, ask_(hits)),
    missesPerSecond: perSecond(misses.length, ask_(misses)),
  };
}

serveParent({
  table: ({ count }: { count: number }) => {
    const before = held();
    const table = new IntervalTable();
    const bytes = Buffer.alloc(KEY_BYTES);
    const startedAt = performance.now();
    for (let i = 0; i < count; i++) {
      keyAt(bytes, 0, i);
      table.add(bytes, 0, { startsAt: 1, endsAt: Number.POSITIVE_INFINITY });
    }
    const filledMs = performance.now() - startedAt;
    const bytesEach = (held() - before) / count;
    const now = Date.now();
    return { bytesEach, filledMs, ...measure(count, (key) => table.probe(key, now, now)) };
  },
  /** What anybody would take first: text -> the two times. */
  map: ({ count }: { count: number }) => {
    const before = held();
    const map = new Map<string, Float64Array | number>();
    const bytes = Buffer.alloc(KEY_BYTES);
    const startedAt = performance.now();
    for (let i = 0; i < count; i++) {
      keyAt(bytes, 0, i);
      map.set(bytes.toString('latin1'), Number.POSITIVE_INFINITY);
    }
    const filledMs = performance.now() - startedAt;
    const bytesEach = (held() - before) / count;
    return { bytesEach, filledMs, ...measure(count, (key) => map.has(key)) };
  },
  load: async ({ url }: { url: string }) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const before = held();
    const table = new IntervalTable();
    const startedAt = performance.now();
    const { people } = await loadReplica(client, table, { quietMs: 0 });
    const loadMs = performance.now() - startedAt;
    await client.end();
    return { loadMs, people, identifiers: table.size, bytesEach: (held() - before) / table.size };
  },
  /** The same rows read and thrown away. */
  copy: async ({ url }: { url: string }) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const startedAt = performance.now();
    const stream = client.query(
      copyStreams.to(`COPY (
        SELECT i.key, e.starts_at, e.in_force_until
        FROM exclusions e
        JOIN exclusion_persons ep ON ep.exclusion_id = e.id
        JOIN identifiers i ON i.person_id = ep.person_id) TO STDOUT (FORMAT binary)`),
    );
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) bytes += chunk.length;
    const loadMs = performance.now() - startedAt;
    await client.end();
    return { loadMs, bytes };
  },
});
