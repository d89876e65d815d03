import { describe, expect, it } from 'vitest';
import { ResumingClient } from '../feed/support/resuming-client.ts';
import { ok } from '../support/client.ts';
import { createTestDatabase } from '../support/database.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { spawnHub } from '../support/spawn-hub.ts';

const TOPICS = ['exclusions/changes', 'broadcasts/all'];

describe('a node killed with SIGKILL while the other takes commands', () => {
  it('its clients resume at the other: each log event once and in order, again and again', async () => {
    await using database = await createTestDatabase();
    await using survivor = await spawnHub(database);
    const { token } = await survivor.admin();
    const { rows } = await database.pool.query('SELECT epoch FROM database_epoch');
    const start = { epoch: rows[0].epoch as string, seq: 0 };
    const clients = TOPICS.map((topic) => new ResumingClient(topic, start, { token }));
    let acts = 0;
    let stop = false;
    const writing = (async () => {
      while (!stop) {
        const input = { identifiers: newPerson().identifiers, period: '24h', source: 'person' };
        const message = { audience: 'all', severity: 'info', title: 'Habari', body: 'Jaribio' };
        ok((await survivor.http('exclusions.register', input, { token })).body);
        ok((await survivor.http('broadcasts.send', message, { token })).body);
        acts++;
      }
    })();
    for (let round = 0; round < 2; round++) {
      await using victim = await spawnHub(database);
      for (const client of clients) await client.connect(victim.url);
      // It has told something, and is in the midst of telling more.
      const seen = clients.map((client) => client.seqs.length);
      await probe(() => clients.every((client, i) => client.seqs.length > (seen[i] ?? 0) + 2));
      await victim.kill('SIGKILL');
      await probe(() => clients.every((client) => !client.connected));
      for (const client of clients) await client.connect(survivor.url);
      for (const client of clients) client.close();
      await probe(() => clients.every((client) => !client.connected));
    }
    stop = true;
    await writing;
    for (const client of clients) await client.connect(survivor.url);
    await probe(() => clients.every((client) => client.seqs.length >= acts));
    for (const client of clients) {
      expect(client.troubles).toEqual([]);
      expect(client.seqs).toEqual(Array.from({ length: acts }, (_, i) => i + 1));
      client.close();
    }
  });
});
