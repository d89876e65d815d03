import { matchKeysOf } from '@kinga/server/domains/matching/index.ts';
import { expect, test } from 'vitest';
import { readLog } from '../exclusions/support.ts';
import { openImport } from '../import/support.ts';

const HEADER = 'national_id,name,date_of_birth,period,source';

test('imported people are found by name and date of birth, also when the date is incomplete', async () => {
  await using world = await openImport();
  const result = await world.run(`${HEADER}\n23456789,Grace Wanjiku Kamau,1958-00-00,1y,person\n`);
  expect(result).toMatchObject({ imported: 1, incomplete: 0, rejected: 0 });
  const keys = matchKeysOf(world.platform.crypto, {
    name: 'Kamau Grace Wanjiku',
    dateOfBirth: '1958-01-01',
    identifiers: [{ type: 'nationalId', canonical: '23456789' }],
  }).map((key) => key.toString('hex'));
  expect(keys.length).toBeGreaterThan(0);
  const [entry] = await readLog(world.database.pool);
  expect(entry?.keys.map(({ key }) => key)).toEqual(expect.arrayContaining(keys));
});

test.each([
  ['a day that does not exist', '1958-02-30'],
  ['one to come', '2190-01-01'],
  ['another way of writing', '30/11/1958'],
])('an impossible date of birth costs nobody their protection: %s', async (_what, born) => {
  await using world = await openImport();
  const text = `${HEADER}\n23456789,Grace Wanjiku Kamau,${born},1y,person\n`;
  expect(await world.run(text)).toMatchObject({ imported: 1, incomplete: 1, rejected: 0 });
  const [, reported] = world.rejects();
  expect(reported?.[1]).toMatch(/^imported; not used: date_of_birth: no such date/);
  const { rows } = await world.database.pool.query(
    'SELECT date_of_birth, name IS NOT NULL AS named FROM persons',
  );
  expect(rows).toEqual([{ date_of_birth: null, named: true }]);
  expect(await world.run(text)).toMatchObject({ imported: 0, known: 1 });
});
