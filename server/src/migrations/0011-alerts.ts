import { Migration } from '@mikro-orm/migrations';

/** What somebody accountable has to look at. */
export class Migration0011Alerts extends Migration {
  override up(): void {
    // open_key: what makes it the same alert; while one is open, seeing it again is counted.
    this.addSql(`
      CREATE TABLE alerts (
        id text PRIMARY KEY,
        kind text NOT NULL,
        severity text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
        operator_id text REFERENCES operators (id),
        open_key text NOT NULL,
        explanation text NOT NULL,
        facts jsonb NOT NULL,
        raised_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        count integer NOT NULL DEFAULT 1,
        last_seen_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        resolved_at timestamptz(3),
        resolution text
      )`);
    this.addSql(`CREATE UNIQUE INDEX alerts_open ON alerts (kind, open_key) WHERE resolved_at IS NULL`);
    this.addSql(`CREATE INDEX alerts_operator ON alerts (operator_id, id)`);
  }
}
