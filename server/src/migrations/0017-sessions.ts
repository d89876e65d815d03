import { Migration } from '@mikro-orm/migrations';

/** Where people sign in and from what, what is granted beyond the roles, and accounts known to a provider. */
export class Migration0017Sessions extends Migration {
  override up(): void {
    // Somebody who came by way of a provider has no password of ours. A suspended account may not sign in.
    this.addSql(`
      ALTER TABLE accounts
        ALTER COLUMN password_hash DROP NOT NULL,
        ADD COLUMN suspended_at timestamptz(3),
        ADD COLUMN suspension_reason bytea`);
    this.addSql(`CREATE INDEX accounts_email_prefix ON accounts (email text_pattern_ops)`);
    this.addSql(`CREATE INDEX accounts_role ON accounts (role, id)`);
    // digest: keyed hash of the account and of what the client calls the device; without a device, of its network.
    this.addSql(`
      CREATE TABLE devices (
        id text PRIMARY KEY,
        account_id text NOT NULL REFERENCES accounts (id),
        digest text NOT NULL,
        name bytea,
        first_seen_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        last_seen_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        trusted_until timestamptz(3),
        UNIQUE (account_id, digest)
      )`);
    // network: the address cut off to /24 or /48; the whole one is nowhere.
    this.addSql(`
      ALTER TABLE sessions
        ADD COLUMN device_id text REFERENCES devices (id) ON DELETE SET NULL,
        ADD COLUMN method text NOT NULL DEFAULT 'password',
        ADD COLUMN network text,
        ADD COLUMN last_used_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()`);
    this.addSql(`CREATE INDEX sessions_device_id ON sessions (device_id)`);
    this.addSql(`
      CREATE TABLE sign_ins (
        id text PRIMARY KEY,
        account_id text NOT NULL REFERENCES accounts (id),
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        outcome text NOT NULL CHECK (outcome IN ('succeeded', 'failed', 'suspended')),
        method text NOT NULL,
        device_id text REFERENCES devices (id) ON DELETE SET NULL,
        network text
      )`);
    this.addSql(`CREATE INDEX sign_ins_account_id ON sign_ins (account_id, id)`);
    this.addSql(`CREATE INDEX sign_ins_device_id ON sign_ins (device_id)`);
    // The version rises with every change, so that a node knows by one number whether to read the grants anew.
    this.addSql(`
      CREATE TABLE role_permissions (
        role text NOT NULL CHECK (role = 'support'),
        procedure text NOT NULL,
        granted_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (role, procedure)
      )`);
    this.addSql(`
      CREATE TABLE account_permissions (
        account_id text NOT NULL REFERENCES accounts (id),
        procedure text NOT NULL,
        granted_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (account_id, procedure)
      )`);
    this.addSql(`
      CREATE TABLE permission_version (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        version bigint NOT NULL
      )`);
    this.addSql(`INSERT INTO permission_version (version) VALUES (0)`);
    this.addSql(`
      CREATE TABLE oidc_links (
        issuer text NOT NULL,
        subject text NOT NULL,
        account_id text NOT NULL REFERENCES accounts (id),
        linked_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (issuer, subject),
        UNIQUE (account_id, issuer)
      )`);
    // digest: keyed hash of a one-time code; claims: who the provider said it is, sealed. link_only: it opens no
    // session any more, and joins the two accounts once the owner of ours has signed in.
    this.addSql(`
      CREATE TABLE oidc_codes (
        digest text PRIMARY KEY,
        claims bytea NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz(3) NOT NULL,
        link_only boolean NOT NULL DEFAULT false
      )`);
    this.addSql(`CREATE INDEX oidc_codes_expires_at ON oidc_codes (expires_at)`);
  }
}
