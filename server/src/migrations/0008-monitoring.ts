import { Migration } from '@mikro-orm/migrations';

/** One row per living node, rewritten each second. Unlogged: what a crash loses is written again at once. */
export class Migration0008Monitoring extends Migration {
  override up(): void {
    this.addSql(`
      CREATE UNLOGGED TABLE node_stats (
        node text PRIMARY KEY,
        at timestamptz NOT NULL,
        stats jsonb NOT NULL
      ) WITH (fillfactor = 50)`);
  }
}
