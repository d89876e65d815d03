import { Migration } from '@mikro-orm/migrations';

/** Accounts, what they are known by, their sessions and the chain of refresh tokens of each session. */
export class Migration0002Identity extends Migration {
  override up(): void {
    this.addSql(`
      CREATE TABLE accounts (
        id text PRIMARY KEY,
        email text NOT NULL UNIQUE CHECK (email = lower(email)),
        role text NOT NULL CHECK (role IN ('admin', 'regulator', 'support', 'operator', 'bettor', 'citizen')),
        operator_id text CHECK (operator_id IS NULL OR role = 'operator'),
        password_hash text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    this.addSql(`CREATE INDEX accounts_admin ON accounts (role) WHERE role = 'admin'`);
    // Not unique over accounts: phones are shared, and whose a number is gets decided by people, not here.
    this.addSql(`
      CREATE TABLE account_identifiers (
        account_id text NOT NULL REFERENCES accounts (id),
        key bytea NOT NULL CHECK (octet_length(key) = 16),
        type text NOT NULL,
        sealed bytea NOT NULL,
        PRIMARY KEY (account_id, key)
      )`);
    this.addSql(`CREATE INDEX account_identifiers_key ON account_identifiers (key)`);
    // A session is the family of its refresh tokens.
    this.addSql(`
      CREATE TABLE sessions (
        id text PRIMARY KEY,
        account_id text NOT NULL REFERENCES accounts (id),
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz
      )`);
    this.addSql(`CREATE INDEX sessions_account_id ON sessions (account_id, expires_at)`);
    // digest: keyed hash of the token. A used one stays, or its reuse could not be told from nonsense.
    this.addSql(`
      CREATE TABLE refresh_tokens (
        digest text PRIMARY KEY,
        session_id text NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        used_at timestamptz
      )`);
    this.addSql(`CREATE INDEX refresh_tokens_session_id ON refresh_tokens (session_id)`);
  }
}
