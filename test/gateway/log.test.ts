import { Writable } from 'node:stream';
import { loggable } from '@kinga/server/platform/call/failure.ts';
import { serialiseError } from '@kinga/server/platform/log/log.ts';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { refused } from '../support/client.ts';
import { openWorld } from './world.ts';

type Line = Record<string, unknown>;

function recorder() {
  const lines: Line[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)) as Line);
      done();
    },
  });
  return { lines, log: pino({ level: 'info' }, stream) };
}

it('a failed call leaves one line with the request id the client got, and nothing of its input', async () => {
  const { lines, log } = recorder();
  await using world = await openWorld({ log });
  lines.length = 0;
  const socket = await world.connect();
  const bad = refused(await world.call(socket, 'lab.echo', { text: 7, phone: '0712345678' }));
  const broken = refused(await world.call(socket, 'lab.fail', { how: 'crash' }));
  const http = refused((await world.http('lab.fail', { how: 'notFound' })).body);
  await world.call(socket, 'lab.echo', { text: 'fine' });
  expect(lines.map(({ requestId, procedure, code }) => ({ requestId, procedure, code }))).toEqual([
    { requestId: bad.requestId, procedure: 'lab.echo', code: 'INVALID_INPUT' },
    { requestId: broken.requestId, procedure: 'lab.fail', code: 'INTERNAL' },
    { requestId: http.requestId, procedure: 'lab.fail', code: 'NOT_FOUND' },
  ]);
  expect(lines.every(({ ms }) => typeof ms === 'number')).toBe(true);
  expect(JSON.stringify(lines)).not.toContain('0712345678');
  expect(lines[1]?.error).toMatchObject({ name: 'TypeError', stack: expect.stringContaining('lab.ts') });
});

it('what is logged of an error quotes nothing of a row', () => {
  const duplicate = Object.assign(
    new Error('duplicate key value violates unique constraint "accounts_email_key"'),
    {
      code: '23505',
      detail: 'Key (email)=(juma@example.co.ke) already exists.',
      constraint: 'accounts_email_key',
    },
  );
  const unreadable = Object.assign(new Error('invalid input syntax for type date: "juma@example.co.ke"'), {
    code: '22007',
    where: "unnamed portal parameter $1 = 'juma@example.co.ke'",
  });
  const text = JSON.stringify([duplicate, unreadable].map(serialiseError));
  expect(text).not.toContain('juma');
  expect(text).toContain('accounts_email_key');
  expect(text).toContain('22007');
});

it('of an error of PostgreSQL only names are kept, because it quotes values', async () => {
  await using world = await openWorld();
  const error = await world.database.db
    .query(`INSERT INTO feed_topics (topic, head) VALUES ('0712345678', 1), ('0712345678', 2)`)
    .catch((reason: unknown) => reason);
  const kept = loggable(error);
  expect(kept).toMatchObject({ sqlState: '23505', table: 'feed_topics', constraint: 'feed_topics_pkey' });
  expect(JSON.stringify(kept)).not.toContain('0712345678');
});

it('a connection that could not be accepted leaves a line, and the node goes on', async () => {
  const { lines, log } = recorder();
  await using world = await openWorld({ log });
  lines.length = 0;
  world.gateway.httpServer.emit('error', new Error('accept EMFILE'));
  expect(lines).toMatchObject([{ msg: 'a connection could not be accepted', level: 50 }]);
  expect((await world.http('lab.echo', { text: 'fine' })).status).toBe(200);
});
