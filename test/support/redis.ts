import { describe, inject } from 'vitest';
import { type RedisServer, startRedisServer } from './redis-server.ts';

/** The run's Redis, shared by all tests: channel names must be a test's own (they carry the database's epoch). */
export function redisUrl(): string {
  const url = inject('redisUrl');
  if (url === null) throw new Error('no Redis in this run: use describeWithRedis');
  return url;
}

/** Reported as skipped, by name, where there is no Redis. */
export const describeWithRedis = describe.skipIf(inject('redisUrl') === null);

/** For tests that start, kill and freeze a redis-server of their own. */
export const describeWithRedisServer = describe.skipIf(!inject('redisInstalled'));

export function startRedis(): Promise<RedisServer> {
  return startRedisServer();
}
