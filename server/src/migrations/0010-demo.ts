import { Migration } from '@mikro-orm/migrations';

/** What demo mode printed, sealed, so that a restart prints the same accounts and the same key. */
export class Migration0010Demo extends Migration {
  override up(): void {
    this.addSql(`
      CREATE TABLE demo_report (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        report bytea NOT NULL,
        made_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
  }
}
