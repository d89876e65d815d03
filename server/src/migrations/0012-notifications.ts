import { Migration } from '@mikro-orm/migrations';

/** Messages on their way to people, by whatever channel, and the devices where some of them appear. */
export class Migration0012Notifications extends Migration {
  override up(): void {
    // content: recipient, template and its data, sealed: the address and a one-time code are in it.
    this.addSql(`
      CREATE TABLE messages (
        id text PRIMARY KEY,
        channel text NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
        template text NOT NULL,
        content bytea NOT NULL,
        account_id text REFERENCES accounts (id),
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        attempts integer NOT NULL DEFAULT 0,
        sent_at timestamptz(3),
        failed_at timestamptz(3),
        failure text
      )`);
    this.addSql(`CREATE INDEX messages_account ON messages (account_id, id)`);
    // token: what the push service knows the app by, sealed; token_digest: its keyed hash. An app has one account.
    this.addSql(`
      CREATE TABLE push_devices (
        id text PRIMARY KEY,
        account_id text NOT NULL REFERENCES accounts (id),
        token_digest text NOT NULL UNIQUE,
        token bytea NOT NULL,
        platform text NOT NULL CHECK (platform IN ('android', 'ios', 'web')),
        label bytea,
        registered_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        last_seen_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      )`);
    this.addSql(`CREATE INDEX push_devices_account ON push_devices (account_id, id)`);
  }
}
