import { VERSION_ONE } from '@kinga/shared/policy/version-one.ts';
import { Migration } from '@mikro-orm/migrations';

/** The dated versions of the policy. */
export class Migration0013Policy extends Migration {
  override up(): void {
    // Nothing is ever changed in either: what was law stays readable, and so does that it was taken back.
    // created_by: who in the audit's own words, null for version 1.
    this.addSql(`
      CREATE TABLE policy_versions (
        version integer PRIMARY KEY CHECK (version > 0),
        starts_at timestamptz(3) NOT NULL,
        "values" jsonb NOT NULL,
        note text NOT NULL,
        created_by text,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      )`);
    this.addSql(`
      CREATE TABLE policy_withdrawals (
        version integer PRIMARY KEY REFERENCES policy_versions (version),
        withdrawn_by text NOT NULL,
        withdrawn_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      )`);
    const values = JSON.stringify(VERSION_ONE).replaceAll("'", "''");
    this.addSql(`
      INSERT INTO policy_versions (version, starts_at, "values", note)
      VALUES (1, to_timestamp(0), '${values}', 'The law as the register began with it.')`);
  }
}
