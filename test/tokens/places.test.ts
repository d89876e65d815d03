import { newToken } from '@kinga/server/domains/tokens/index.ts';
import pg from 'pg';
import { expect, test } from 'vitest';
import { startTestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';
import { newTill } from './support.ts';

test('an operator that asks by tokens nobody knows takes at most half of the places, and leaves others theirs', async () => {
  await using hub = await startTestHub();
  const [prober, other] = [await newTill(hub), await newTill(hub)];
  const { token } = await other.issue([{ type: 'nationalId', value: '23456789' }]);
  const holder = new pg.Client({ connectionString: hub.database.url });
  await holder.connect();
  await holder.query('BEGIN; LOCK TABLE token_subjects IN ACCESS EXCLUSIVE MODE');
  const answered: string[] = [];
  const asked = Array.from({ length: 40 }, async () => {
    answered.push(await prober.status(newToken()));
  });
  // Who gets no place is told so without waiting for anything.
  await probe(() => answered.length >= 15);
  expect(new Set(answered)).toEqual(new Set(['UNAVAILABLE']));
  const others = [other.status(token), other.status(newToken())];
  await holder.query('ROLLBACK');
  await holder.end();
  expect(await Promise.all(others)).toEqual(['CLEAR', 'NOT_FOUND']);
  await Promise.all(asked);
  expect(answered.filter((answer) => answer === 'NOT_FOUND').length).toBeLessThanOrEqual(25);
});
