import { describe, expect, it } from 'vitest';
import { ok } from '../support/client.ts';
import { createTestDatabase } from '../support/database.ts';
import { startTestHub } from '../support/hub.ts';
import { newPeople } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { spawnHub } from '../support/spawn-hub.ts';

describe('a node that was frozen', () => {
  it('wakes up stale: what was registered meanwhile is never CLEAR, not even in the first answer', async () => {
    await using database = await createTestDatabase();
    await using awake = await startTestHub({ database });
    await using frozen = await spawnHub(database);
    const { apiKey } = await awake.operatorKey();
    const { token } = await awake.admin();
    const socket = await frozen.connect({ apiKey });
    const ask = (identifiers: unknown) =>
      frozen.call(socket, 'exclusions.lookup', { identifiers, purpose: 'bet' });
    for (const person of newPeople(3)) {
      await probe(async () => ok(await ask(person.identifiers)).status === 'CLEAR');
      frozen.child.kill('SIGSTOP');
      // Read by the node before anything else when it wakes: they wait in its socket.
      const frozenAt = performance.now();
      const input = { identifiers: person.identifiers, period: '1y', source: 'court' };
      ok((await awake.http('exclusions.register', input, { token })).body);
      await probe(() => performance.now() - frozenAt > 1_200);
      const answers = Array.from({ length: 100 }, () => ask([person.byPhone]));
      await probe(() => performance.now() - frozenAt > 1_300);
      frozen.child.kill('SIGCONT');
      const statuses = (await Promise.all(answers)).map((ack) => ok(ack).status);
      await probe(async () => {
        const { status } = ok(await ask([person.byPhone]));
        statuses.push(status);
        return status === 'EXCLUDED';
      });
      expect(statuses).not.toContain('CLEAR');
    }
  });

  it('holds nobody up: registrations elsewhere go on while it is frozen', async () => {
    await using database = await createTestDatabase();
    await using awake = await startTestHub({ database });
    await using frozen = await spawnHub(database);
    const staff = await awake.admin();
    const socket = await frozen.connect({ token: staff.token });
    const people = newPeople(60);
    const inputOf = (i: number) => ({
      identifiers: people[i]!.identifiers,
      period: '7d',
      source: 'operator',
    });
    // Frozen in the middle of writing, whatever locks it holds.
    const stuck = Array.from({ length: 40 }, (_, i) =>
      frozen.call(socket, 'exclusions.register', inputOf(i)).catch(() => undefined),
    );
    await probe(async () => {
      const { rows } = await database.pool.query<{ seq: string }>('SELECT seq FROM register_head');
      return Number(rows[0]?.seq) > 0;
    });
    frozen.child.kill('SIGSTOP');
    for (let i = 40; i < people.length; i++) {
      const startedAt = performance.now();
      ok((await awake.http('exclusions.register', inputOf(i), { token: staff.token })).body);
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    }
    frozen.child.kill('SIGCONT');
    await Promise.all(stuck);
  });
});
