import { createBus } from '@kinga/server/platform/feed/redis-bus.ts';
import { createLogger } from '@kinga/server/platform/log/log.ts';
import { createMetrics } from '@kinga/server/platform/metrics/metrics.ts';
import { describe, expect, it } from 'vitest';
import { probe } from '../support/probe.ts';
import { describeWithRedisServer, startRedis } from '../support/redis.ts';
import { startProxy } from './support/proxy.ts';

const log = createLogger({ level: 'silent', node: 'test', part: 'hub' });

function openBus(redisUrl?: string) {
  const metrics = createMetrics('test');
  const bus = createBus({ redisUrl, log, metrics });
  return {
    bus,
    async dropped() {
      const metric = await metrics.registry.getSingleMetric('kinga_bus_dropped_total')?.get();
      return metric?.values[0]?.value ?? 0;
    },
    [Symbol.asyncDispose]: () => bus.close(),
  };
}

describe('the in-process bus', () => {
  it('delivers to every handler of the channel, and one that throws keeps nobody from hearing', async () => {
    await using one = openBus();
    const heard: string[] = [];
    one.bus.subscribe('news', () => {
      throw new Error('planted');
    });
    const stop = one.bus.subscribe('news', (message) => heard.push(message));
    one.bus.publish('news', 'a');
    one.bus.publish('other', 'b');
    expect(heard).toEqual([]);
    await probe(() => heard.length === 1, { what: 'the message is heard' });
    stop();
    one.bus.publish('news', 'c');
    await Promise.resolve();
    expect(heard).toEqual(['a']);
    expect(one.bus.status).toBe('in-process');
  });
});

describeWithRedisServer('the Redis bus (redis-server)', () => {
  it('carries messages to other nodes, and to its own node exactly once', async () => {
    await using redis = await startRedis();
    await using one = openBus(redis.url);
    await using two = openBus(redis.url);
    const heard: string[] = [];
    one.bus.subscribe('news', (message) => heard.push(`one ${message}`));
    two.bus.subscribe('news', (message) => heard.push(`two ${message}`));
    await probe(() => [one, two].every((node) => node.bus.status === 'connected'), {
      what: 'both connected',
    });
    one.bus.publish('news', 'line\nbreak');
    await probe(() => heard.length === 2, { what: 'both heard' });
    two.bus.subscribe('later', (message) => heard.push(`later ${message}`));
    await probe(
      () => {
        one.bus.publish('later', 'x');
        return heard.includes('later x');
      },
      { what: 'the late subscription works' },
    );
    expect(heard.slice(0, 2).toSorted()).toEqual(['one line\nbreak', 'two line\nbreak']);
  });

  it('never throws, waits or queues while Redis is dead, and works again when it is back', async () => {
    await using redis = await startRedis();
    await using one = openBus(redis.url);
    await using two = openBus(redis.url);
    const own: string[] = [];
    const other: string[] = [];
    one.bus.subscribe('news', (message) => own.push(message));
    two.bus.subscribe('news', (message) => other.push(message));
    await probe(() => [one, two].every((node) => node.bus.status === 'connected'), {
      what: 'both connected',
    });
    await redis.kill();
    await probe(() => one.bus.status === 'degraded', { what: 'noticed' });
    for (let i = 0; i < 5_000; i++) one.bus.publish('news', `lost ${i}`);
    // Those that were handed to a connection which had died unnoticed are counted when it is given up.
    await probe(async () => (await one.dropped()) === 5_000, { what: 'all are counted as dropped' });
    await probe(() => own.length === 5_000, { what: 'own handlers still hear' });
    await redis.start();
    await probe(
      () => {
        one.bus.publish('news', 'back');
        return other.includes('back');
      },
      { what: 'heard again' },
    );
    expect(other.filter((message) => message.startsWith('lost'))).toEqual([]);
  });

  it('notices a Redis that hangs without closing, and bounds what is on its way to it', async () => {
    await using redis = await startRedis();
    await using proxy = await startProxy(redis.port);
    await using one = openBus(`redis://127.0.0.1:${proxy.port}`);
    await using two = openBus(redis.url);
    const other: string[] = [];
    two.bus.subscribe('news', (message) => other.push(message));
    await probe(() => [one, two].every((node) => node.bus.status === 'connected'), {
      what: 'both connected',
    });
    proxy.mode = 'hang';
    const startedMs = performance.now();
    for (let i = 0; i < 100; i++) one.bus.publish('news', 'x'.repeat(1024 * 1024));
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(await one.dropped()).toBeGreaterThanOrEqual(92);
    await probe(() => one.bus.status === 'degraded', { what: 'noticed' });
    proxy.mode = 'pass';
    await probe(
      () => {
        one.bus.publish('news', 'back');
        return other.includes('back');
      },
      { what: 'heard again' },
    );
  });

  it('notices a subscriber that silently hears nothing any more', async () => {
    await using redis = await startRedis();
    await using proxy = await startProxy(redis.port);
    await using one = openBus(`redis://127.0.0.1:${proxy.port}`);
    await using two = openBus(redis.url);
    const heard: string[] = [];
    one.bus.subscribe('news', (message) => heard.push(message));
    await probe(() => [one, two].every((node) => node.bus.status === 'connected'), {
      what: 'both connected',
    });
    proxy.mode = 'swallow';
    await probe(() => one.bus.status === 'degraded', { what: 'noticed' });
    proxy.mode = 'pass';
    await probe(
      () => {
        two.bus.publish('news', 'back');
        return heard.includes('back');
      },
      { what: 'hears again' },
    );
  });
});
