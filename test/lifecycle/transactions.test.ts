import { expect, test } from 'vitest';
import { createTestDatabase } from '../support/database.ts';

test('what was rolled back is never called done, even when the failure was passed over', async () => {
  await using database = await createTestDatabase();
  const work = database.db.transaction(async (tx) => {
    await tx.query(`INSERT INTO job_effects (key) VALUES ('a')`);
    await tx.query('SELECT 1 / 0').catch(() => {});
    return 'done';
  });
  await expect(work).rejects.toThrow('rolled back');
  const { rows } = await database.db.query('SELECT key FROM job_effects');
  expect(rows).toEqual([]);
});
