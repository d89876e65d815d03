import { Migration } from '@mikro-orm/migrations';

/** Broadcasts, and to whom each has come. */
export class Migration0007Broadcasts extends Migration {
  override up(): void {
    // delivered, acknowledged: counted in the transaction of the delivery rows, so that nobody counts a
    // hundred thousand of them each second. told_*: what the sender has been told of it.
    this.addSql(`
      CREATE TABLE broadcasts (
        id text PRIMARY KEY,
        sender_id text NOT NULL REFERENCES accounts (id),
        audience text NOT NULL,
        severity text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
        title text NOT NULL,
        body text NOT NULL,
        sent_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        delivered bigint NOT NULL DEFAULT 0,
        acknowledged bigint NOT NULL DEFAULT 0,
        told_delivered bigint NOT NULL DEFAULT 0,
        told_acknowledged bigint NOT NULL DEFAULT 0,
        told_at timestamptz NOT NULL DEFAULT '-infinity'
      ) WITH (fillfactor = 70)`);
    this.addSql(`CREATE INDEX broadcasts_audience ON broadcasts (audience, id)`);
    this.addSql(`
      CREATE INDEX broadcasts_untold ON broadcasts (told_at)
        WHERE delivered <> told_delivered OR acknowledged <> told_acknowledged`);
    // member: account:<id> or key:<id>.
    this.addSql(`
      CREATE TABLE broadcast_deliveries (
        broadcast_id text NOT NULL REFERENCES broadcasts (id),
        member text NOT NULL,
        delivered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        acknowledged_at timestamptz,
        PRIMARY KEY (broadcast_id, member)
      )`);
  }
}
