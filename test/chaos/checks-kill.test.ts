import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../support/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { newPeople } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { type SpawnedHub, spawnHub } from '../support/spawn-hub.ts';

let database: TestDatabase;
let dataDir: string;

beforeEach(async () => {
  database = await createTestDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'kinga-test-data-'));
});

afterEach(async () => {
  await database[Symbol.asyncDispose]();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('kill -9 between the answer and the flush', () => {
  it('loses no EXCLUDED answer: the next start has every one of them, once', async () => {
    const told: string[] = [];
    await using first = await spawnHub(database, { dataDir });
    const { apiKey } = await first.operatorKey();
    const excluded = newPeople(20);
    await registerAll(first, excluded);
    for (let kill = 0; kill < 3; kill++) {
      await using hub = kill === 0 ? first : await spawnHub(database, { dataDir });
      const socket = await hub.connect({ apiKey });
      await new Promise<void>((resolve) => {
        const ask = async (i: number): Promise<void> => {
          const person = excluded[i % excluded.length]!;
          const purpose = 'bet';
          const one = hub.call(socket, 'exclusions.lookup', { identifiers: person.identifiers, purpose });
          const checks = [
            { ref: 'a', identifiers: person.identifiers, purpose },
            { ref: 'b', identifiers: [person.byPhone], purpose },
          ];
          const many = hub.call(socket, 'exclusions.lookupMany', { checks });
          // The kill may take both, and only the first is waited for then.
          many.catch(() => {});
          told.push(ok(await one).checkId);
          for (const result of ok(await many).results) if ('checkId' in result) told.push(result.checkId);
        };
        // In flight when the kill comes, and answered a moment before it.
        const asking = Array.from({ length: 200 }, (_, i) => ask(i).catch(() => {}));
        void Promise.all(asking.slice(0, 120)).then(async () => {
          await hub.kill('SIGKILL');
          resolve();
        });
      });
    }
    expect(told.length).toBeGreaterThan(3 * 120);
    await using _last = await spawnHub(database, { dataDir });
    await probe(async () => (await missing(told)).length === 0);
    const { rows } = await database.pool.query(
      `SELECT count(*)::int - count(DISTINCT id)::int AS twice FROM checks`,
    );
    expect(rows[0]).toEqual({ twice: 0 });
    await probe(() => !readdirSync(dataDir).some((name) => name.endsWith('.spool')));
  });

  it('leaves a living hub’s spool alone when another starts on the same DATA_DIR', async () => {
    await using first = await spawnHub(database, { dataDir });
    const { apiKey } = await first.operatorKey();
    const people = newPeople(3);
    await registerAll(first, people);
    await database.pool.query('ALTER TABLE checks ADD CONSTRAINT refused CHECK (false) NOT VALID');
    const told: string[] = [];
    for (const person of people) {
      const input = { identifiers: person.identifiers, purpose: 'login' };
      told.push(ok((await first.http('exclusions.lookup', input, { apiKey })).body).checkId);
    }
    const before = await probe(() => {
      const names = readdirSync(dataDir).filter((name) => name.endsWith('.spool'));
      return names.length > 0 && names;
    });
    await using second = await spawnHub(database, { dataDir });
    const other = { identifiers: people[0]!.identifiers, purpose: 'login' };
    told.push(ok((await second.http('exclusions.lookup', other, { apiKey })).body).checkId);
    const after = readdirSync(dataDir);
    expect(before.every((name) => after.includes(name))).toBe(true);
    await database.pool.query('ALTER TABLE checks DROP CONSTRAINT refused');
    await probe(async () => (await missing(told)).length === 0);
  });
});

async function registerAll(hub: SpawnedHub, people: ReturnType<typeof newPeople>): Promise<void> {
  const { token } = await hub.admin();
  for (const { identifiers } of people) {
    const input = { identifiers, period: '1y', source: 'person' };
    ok((await hub.http('exclusions.register', input, { token })).body);
  }
}

async function missing(told: readonly string[]): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string }>(`SELECT id FROM checks WHERE answer = 'E'`);
  const known = new Set(rows.map(({ id }) => `c_${id.replaceAll('-', '')}`));
  return told.filter((id) => !known.has(id));
}
