import { Migration } from '@mikro-orm/migrations';

/** Licensed operators and their API keys. */
export class Migration0003Operators extends Migration {
  override up(): void {
    this.addSql(`
      CREATE TABLE operators (
        id text PRIMARY KEY,
        name text NOT NULL,
        licence_no text NOT NULL,
        contact_email text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    this.addSql(`CREATE UNIQUE INDEX operators_licence_no ON operators (lower(licence_no))`);
    this.addSql(`
      ALTER TABLE accounts
        ADD CONSTRAINT accounts_operator_id FOREIGN KEY (operator_id) REFERENCES operators (id)`);
    // no: a small number, stored with every check instead of the id. key_digest: keyed hash of the key.
    this.addSql(`
      CREATE TABLE api_keys (
        id text PRIMARY KEY,
        no integer GENERATED ALWAYS AS IDENTITY UNIQUE,
        tenant_id text NOT NULL REFERENCES operators (id),
        label text NOT NULL,
        scopes text[] NOT NULL,
        key_digest text NOT NULL UNIQUE,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        revoked_at timestamptz
      )`);
    this.addSql(`CREATE INDEX api_keys_tenant_id ON api_keys (tenant_id)`);
    // A statement that does not say for whom it acts sees nothing: see platform/db/tenant.ts.
    this.addSql(`ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY`);
    this.addSql(`
      CREATE POLICY tenant ON api_keys
        USING (current_setting('kinga.tenant', true) IN (tenant_id, '*'))
        WITH CHECK (current_setting('kinga.tenant', true) IN (tenant_id, '*'))`);
  }
}
