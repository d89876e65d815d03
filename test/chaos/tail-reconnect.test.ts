import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Database } from '@kinga/server/platform/db/database.ts';
import { Tail } from '@kinga/server/platform/db/tail.ts';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { probe } from '../support/probe.ts';

const ATTEMPTS = 4;
const RECONNECT_MS = 250;

test('a tail whose PostgreSQL hangs up knocks four times a second, says so once, and can be stopped', async () => {
  const knocks: number[] = [];
  const server = createServer((socket) => {
    knocks.push(performance.now());
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
  const { port } = server.address() as AddressInfo;
  const db = new Database({ url: `postgres://k:k@127.0.0.1:${port}/k`, log, applicationName: 'test' });
  const tail = new Tail({ db, log, name: 'test', channel: 'test', read: async () => {} });
  const started = tail.start();
  try {
    await probe(() => knocks.length >= ATTEMPTS);
    const [first = 0] = knocks;
    expect((knocks[ATTEMPTS - 1] ?? 0) - first).toBeGreaterThan((ATTEMPTS - 1) * RECONNECT_MS * 0.9);
    expect(lines.filter((line) => line.includes('tail lost its connection'))).toHaveLength(1);
  } finally {
    await tail.stop();
    await started;
    await db.close();
    server.close();
  }
});
