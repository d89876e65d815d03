import { Migration } from '@mikro-orm/migrations';

/** Messages on their way to people, by whatever channel. */
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
  }
}
