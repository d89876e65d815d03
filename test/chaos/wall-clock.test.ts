import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ok } from '../support/client.ts';
import { createTestDatabase } from '../support/database.ts';
import { startTestHub } from '../support/hub.ts';
import { newPeople } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { spawnHub } from '../support/spawn-hub.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinga-test-clock-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a node whose wall clock is five minutes off', () => {
  it.each([5, -5])(
    '(%i minutes) begins and ends exclusions on time, by the database’s clock',
    async (minutes) => {
      await using database = await createTestDatabase();
      await using exact = await startTestHub({ database });
      const env = { NODE_OPTIONS: `--import=${clockOffBy(minutes)}` };
      await using wrong = await spawnHub(database, { env });
      const { apiKey } = await exact.operatorKey();
      const { token } = await exact.admin();
      const [begins, ends, pending] = newPeople(3);
      const register = async (person: typeof begins, startsAt: number) => {
        const input = {
          identifiers: person!.identifiers,
          period: '24h',
          source: 'person',
          startsAt: new Date(startsAt).toISOString(),
        };
        return ok((await exact.http('exclusions.register', input, { token })).body);
      };
      const ask = async (person: typeof begins) => {
        const input = { identifiers: [person!.byNationalId], purpose: 'marketing' };
        return ok((await wrong.http('exclusions.lookup', input, { apiKey })).body);
      };
      const now = Date.now();
      const { startsAt } = await register(begins, now + 1_500);
      await register(ends, now - 86_400_000 + 1_500);
      const later = await register(pending, now + 4 * 60_000);
      await probe(async () => (await ask(ends)).status === 'EXCLUDED');
      const before = await ask(begins);
      expect(before).toMatchObject({ status: 'CLEAR', validUntil: startsAt });
      expect(Math.abs(Date.parse(before.asOf) - now)).toBeLessThan(2_000);
      expect(await ask(pending)).toMatchObject({ status: 'CLEAR', validUntil: later.startsAt });
      await probe(async () => (await ask(begins)).status === 'EXCLUDED');
      await probe(async () => (await ask(ends)).status === 'CLEAR');
      expect(Date.now() - now).toBeGreaterThan(1_450);
      expect(Date.now() - now).toBeLessThan(6_000);
      expect((await ask(pending)).status).toBe('CLEAR');
      const { rows } = await probe(async () => {
        const result = await database.pool.query<{ off: number }>(
          'SELECT max(abs(extract(epoch FROM clock_timestamp() - at)))::float8 AS off FROM checks',
        );
        return result.rows[0]?.off !== null && result;
      });
      expect(rows[0]!.off).toBeLessThan(30);
    },
  );
});

/** A module that sets the wall clock of the process that imports it; monotonic time it leaves alone. */
function clockOffBy(minutes: number): string {
  const path = join(folder, `off-by-${minutes}.mjs`);
  writeFileSync(
    path,
    `const Exact = Date;
     const off = ${minutes * 60_000};
     globalThis.Date = class Date extends Exact {
       constructor(...args) { if (args.length === 0) super(Exact.now() + off); else super(...args); }
       static now() { return Exact.now() + off; }
     };`,
  );
  return path;
}
