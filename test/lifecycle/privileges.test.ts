import { migrate } from '@kinga/server/platform/db/migrate.ts';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../support/database.ts';

const HISTORY = [
  'audit_log',
  'register_log',
  'checks',
  'ledger_entries',
  'ledger_lines',
  'bets',
  'secret_checks',
];

test('the hub’s role adds to history and never changes it, also after a second migration', async () => {
  await using database = await createTestDatabase();
  await migrate(database.url);
  for (const table of HISTORY) {
    for (const sql of [`DELETE FROM ${table}`, `TRUNCATE ${table}`]) {
      await expect(database.db.query(sql), sql).rejects.toThrow(/permission denied/);
    }
    const { rows } = await database.db.query<{ may: boolean }>(
      `SELECT has_table_privilege($1, 'INSERT') AND NOT has_any_column_privilege($1, 'UPDATE') AS may`,
      [table],
    );
    expect(rows, table).toEqual([{ may: true }]);
  }
  await expect(database.db.query('DELETE FROM schema_migrations')).rejects.toThrow(/permission denied/);
});

test('the hub’s role is no superuser, owns nothing, creates nothing, and sees only the tenant it names', async () => {
  await using database = await createTestDatabase();
  const { rows } = await database.db.query(
    `SELECT current_user AS name, rolsuper OR rolbypassrls OR rolcreaterole AS mighty,
            (SELECT count(*)::int FROM pg_class WHERE relowner = pg_roles.oid) AS owned,
            has_schema_privilege('public', 'CREATE') AS creates
     FROM pg_roles WHERE rolname = current_user`,
  );
  expect(rows).toEqual([{ name: 'kinga_hub', mighty: false, owned: 0, creates: false }]);
  await database.pool.query(
    `INSERT INTO operators (id, name, licence_no, contact_email)
     VALUES ('op_1', 'One', '1', 'a@example.co.ke'), ('op_2', 'Two', '2', 'b@example.co.ke')`,
  );
  await database.pool.query(
    `INSERT INTO api_keys (id, tenant_id, label, scopes, key_digest)
     VALUES ('key_1', 'op_1', '', '{}', '1'), ('key_2', 'op_2', '', '{}', '2')`,
  );
  const seen = async (tenant: string | undefined) =>
    database.db.transaction(async (tx) => {
      if (tenant !== undefined) await tx.query(`SELECT set_config('kinga.tenant', $1, true)`, [tenant]);
      return (await tx.query<{ id: string }>('SELECT id FROM api_keys')).rows.map(({ id }) => id);
    });
  expect(await seen(undefined)).toEqual([]);
  expect(await seen('op_1')).toEqual(['key_1']);
  // What a transaction said it acted for ends with it, also on the same connection.
  expect(await seen(undefined)).toEqual([]);
});
