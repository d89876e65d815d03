import { Migration } from '@mikro-orm/migrations';

/** What people prove about themselves, the codes they prove it with, and their second factors. */
export class Migration0016Verification extends Migration {
  override up(): void {
    // phone_key: the proved phone somebody signs in with. An account has an e-mail address, a phone, or both.
    this.addSql(`
      ALTER TABLE accounts
        ALTER COLUMN email DROP NOT NULL,
        ADD COLUMN phone_key bytea UNIQUE CHECK (octet_length(phone_key) = 16),
        ADD COLUMN name bytea,
        ADD COLUMN date_of_birth bytea,
        ADD COLUMN locale text NOT NULL DEFAULT 'en' CHECK (locale IN ('en', 'sw')),
        ADD CONSTRAINT accounts_sign_in CHECK (email IS NOT NULL OR phone_key IS NOT NULL)`);
    // The level of a type is when the first of its identifiers was proved.
    this.addSql(`ALTER TABLE account_identifiers ADD COLUMN verified_at timestamptz(3)`);
    // subject: keyed digest of whom or what it is about; a newer one about the same closes the older. code_digest:
    // null while no code was sent. payload: what happens once it is answered, sealed, gone as soon as it is closed.
    this.addSql(`
      CREATE TABLE challenges (
        id text PRIMARY KEY,
        purpose text NOT NULL
          CHECK (purpose IN ('register', 'contact', 'identifier', 'factor', 'passwordReset', 'invitation', 'login', 'proof')),
        subject text NOT NULL,
        account_id text REFERENCES accounts (id),
        code_digest text,
        payload bytea,
        wrong integer NOT NULL DEFAULT 0,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz(3) NOT NULL,
        closed_at timestamptz(3)
      )`);
    this.addSql(`CREATE INDEX challenges_open ON challenges (subject, purpose) WHERE closed_at IS NULL`);
    this.addSql(`CREATE INDEX challenges_expires_at ON challenges (expires_at)`);
    // scope: keyed digest of what is counted and for whom; times: the attempts that still count.
    this.addSql(`
      CREATE TABLE limited_attempts (
        scope text PRIMARY KEY,
        times timestamptz(3)[] NOT NULL,
        forget_at timestamptz(3) NOT NULL
      )`);
    this.addSql(`CREATE INDEX limited_attempts_forget_at ON limited_attempts (forget_at)`);
    // secret: of a TOTP its key, of the others the contact, sealed. key: of the contact. last_step: the time step
    // of the last TOTP code taken, so that none is taken twice.
    this.addSql(`
      CREATE TABLE second_factors (
        id text PRIMARY KEY,
        account_id text NOT NULL REFERENCES accounts (id),
        kind text NOT NULL CHECK (kind IN ('totp', 'sms', 'email')),
        secret bytea NOT NULL,
        key bytea CHECK (octet_length(key) = 16),
        last_step bigint,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        confirmed_at timestamptz(3),
        UNIQUE (account_id, key)
      )`);
    this.addSql(`CREATE UNIQUE INDEX second_factors_totp ON second_factors (account_id) WHERE kind = 'totp'`);
    this.addSql(`
      CREATE TABLE recovery_codes (
        account_id text NOT NULL REFERENCES accounts (id),
        digest text NOT NULL,
        used_at timestamptz(3),
        PRIMARY KEY (account_id, digest)
      )`);
    this.#staff();
  }

  #staff(): void {
    // left_operator_id: whose staff it was. An account serves one operator in its life, so that what it did is
    // the business of that one.
    this.addSql(`
      ALTER TABLE accounts
        ADD COLUMN left_operator_id text REFERENCES operators (id),
        ADD COLUMN left_operator_at timestamptz(3),
        ADD CONSTRAINT accounts_left CHECK (left_operator_id IS NULL OR operator_id IS NULL)`);
    this.addSql(`
      CREATE INDEX accounts_left_operator ON accounts (left_operator_id) WHERE left_operator_id IS NOT NULL`);
    // id: of the challenge that answers it. Its row is there whether or not the address has an account.
    this.addSql(`
      CREATE TABLE staff_invitations (
        id text PRIMARY KEY,
        tenant_id text NOT NULL REFERENCES operators (id),
        email_key bytea NOT NULL CHECK (octet_length(email_key) = 16),
        email bytea NOT NULL,
        invited_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz(3) NOT NULL,
        UNIQUE (tenant_id, email_key)
      )`);
    // A statement that does not say for whom it acts sees nothing: see platform/db/tenant.ts.
    this.addSql(`ALTER TABLE staff_invitations ENABLE ROW LEVEL SECURITY`);
    this.addSql(`
      CREATE POLICY tenant ON staff_invitations
        USING (current_setting('kinga.tenant', true) IN (tenant_id, '*'))
        WITH CHECK (current_setting('kinga.tenant', true) IN (tenant_id, '*'))`);
  }
}
