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

/** From now until what is registered begins and ends: longer than it takes to register it. */
const LEAD_MS = 6_000;
/** In doubt about the time, which may be a question to PostgreSQL long, somebody is excluded. */
const DOUBT_MS_MAX = 500;
/** Whoever asks so long after the moment is told of it. */
const LATE_MS_MAX = 2_000;

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
      /** Until the answer is this one; it comes neither early nor late. */
      const becomes = async (person: typeof begins, status: string, dueAt: number) => {
        let othersUntil = 0;
        await probe(async () => {
          const askedAt = Date.now();
          const answer = await ask(person);
          if (answer.status !== status) othersUntil = askedAt;
          return answer.status === status;
        });
        expect(Date.now()).toBeGreaterThanOrEqual(status === 'EXCLUDED' ? dueAt - DOUBT_MS_MAX : dueAt);
        expect(othersUntil).toBeLessThan(dueAt + LATE_MS_MAX);
      };
      const now = Date.now();
      const dueAt = now + LEAD_MS;
      const { startsAt } = await register(begins, dueAt);
      await register(ends, dueAt - 86_400_000);
      const later = await register(pending, now + 4 * 60_000);
      await probe(async () => (await ask(ends)).status === 'EXCLUDED');
      const askedAt = Date.now();
      const before = await ask(begins);
      expect(before).toMatchObject({ status: 'CLEAR', validUntil: startsAt });
      expect(Date.parse(before.asOf)).toBeGreaterThan(askedAt - 2_000);
      expect(Date.parse(before.asOf)).toBeLessThanOrEqual(Date.now());
      expect(await ask(pending)).toMatchObject({ status: 'CLEAR', validUntil: later.startsAt });
      await Promise.all([becomes(begins, 'EXCLUDED', dueAt), becomes(ends, 'CLEAR', dueAt)]);
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
