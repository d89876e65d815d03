import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { ok } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPeople } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { ranMs } from '../support/promptly.ts';
import { describeWithRedisServer, startRedis } from '../support/redis.ts';

describeWithRedisServer('the register on two nodes while Redis misbehaves (redis-server)', () => {
  it('has an acknowledged exclusion on both within a second, and nobody else', async () => {
    await using redis = await startRedis();
    await using one = await startTestHub({ redisUrl: redis.url });
    await using two = await startTestHub({ redisUrl: redis.url, database: one.database });
    const { apiKey } = await one.operatorKey();
    const { token } = await one.admin();
    const ask = async (hub: TestHub, identifiers: unknown) =>
      ok((await hub.http('exclusions.lookup', { identifiers, purpose: 'bet' }, { apiKey })).body).status;

    const troubles: readonly [name: string, cause: () => unknown][] = [
      ['well', () => {}],
      ['dead', () => redis.kill()],
      ['back', () => redis.start()],
      ['hung', () => redis.freeze()],
      ['thawed', () => redis.thaw()],
      ['flushed', () => flush(redis.url)],
    ];
    for (const [name, cause] of troubles) {
      await cause();
      for (const [writer, reader] of [
        [one, two],
        [two, one],
      ] as const) {
        const [person, clear] = newPeople(2);
        const input = { identifiers: person!.identifiers, period: '1y', source: 'person' };
        ok((await writer.http('exclusions.register', input, { token })).body);
        const acknowledgedMs = ranMs();
        const what = `seen on the other node while Redis is ${name}`;
        expect(await ask(writer, person!.identifiers)).toBe('EXCLUDED');
        // Whoever asks after a second is told of it, or that PostgreSQL did not answer in time; never CLEAR.
        let clearAfterMs = 0;
        await probe(
          async () => {
            const askedAfterMs = ranMs() - acknowledgedMs;
            const status = await ask(reader, person!.identifiers);
            if (status === 'CLEAR') clearAfterMs = askedAfterMs;
            return status === 'EXCLUDED';
          },
          { what },
        );
        expect(clearAfterMs, what).toBeLessThan(1_000);
        for (const hub of [writer, reader]) {
          const known = async () =>
            [await ask(hub, clear!.identifiers)].find((status) => status !== 'UNKNOWN');
          expect(await probe(known, { what })).toBe('CLEAR');
        }
      }
    }
  });
});

async function flush(url: string): Promise<void> {
  const client = new Redis(url);
  await client.flushall();
  client.disconnect();
}
