import { Migration } from '@mikro-orm/migrations';

/** Applications and licences of operators, the terms and the use of their keys, their settings and figures. */
export class Migration0019Onboarding extends Migration {
  override up(): void {
    this.#operators();
    this.#applications();
    this.#keys();
    this.#revocations();
    this.#figures();
  }

  #operators(): void {
    this.addSql(`
      ALTER TABLE operators
        ADD contact_phone text,
        ADD website text,
        ADD licence_expires_at timestamptz(3),
        ADD suspended_at timestamptz(3),
        ADD suspension_reason text`);
    // When no key of an operator worked; reinstated_at: null while that lasts.
    this.addSql(`
      CREATE TABLE operator_suspensions (
        tenant_id text NOT NULL REFERENCES operators (id),
        suspended_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        reinstated_at timestamptz(3),
        PRIMARY KEY (tenant_id, suspended_at)
      )`);
    this.#perTenant('operator_suspensions');
    // A notice speaks of one end of one licence: renewed, it is told again.
    this.addSql(`
      CREATE TABLE licence_notices (
        operator_id text NOT NULL REFERENCES operators (id),
        licence_expires_at timestamptz(3) NOT NULL,
        days_before integer NOT NULL,
        sent_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (operator_id, licence_expires_at, days_before)
      )`);
    this.addSql(`
      CREATE TABLE operator_settings (
        tenant_id text PRIMARY KEY REFERENCES operators (id),
        settings jsonb NOT NULL,
        updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      )`);
    this.#perTenant('operator_settings');
  }

  #applications(): void {
    // documents: what they are and the digests of their contents; the documents themselves stay with the regulator.
    this.addSql(`
      CREATE TABLE operator_applications (
        id text PRIMARY KEY,
        applicant_id text NOT NULL REFERENCES accounts (id),
        state text NOT NULL
          CHECK (state IN ('submitted', 'inReview', 'moreInformation', 'approved', 'rejected')),
        name text NOT NULL,
        licence_no text NOT NULL,
        contact_email text NOT NULL,
        contact_phone text,
        website text,
        documents jsonb NOT NULL,
        submitted_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        operator_id text REFERENCES operators (id),
        CHECK ((state = 'approved') = (operator_id IS NOT NULL))
      )`);
    this.addSql(`CREATE INDEX operator_applications_applicant ON operator_applications (applicant_id, id)`);
    this.addSql(`
      CREATE UNIQUE INDEX operator_applications_open ON operator_applications (lower(licence_no))
        WHERE state IN ('submitted', 'inReview', 'moreInformation')`);
    this.addSql(`
      CREATE TABLE operator_reviews (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        application_id text NOT NULL REFERENCES operator_applications (id),
        reviewer_id text NOT NULL REFERENCES accounts (id),
        decision text NOT NULL CHECK (decision IN ('inReview', 'moreInformation', 'approved', 'rejected')),
        note text NOT NULL,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      )`);
    this.addSql(`CREATE INDEX operator_reviews_application ON operator_reviews (application_id, id)`);
  }

  #keys(): void {
    // public_key: requests must be signed with its other half. replaced_by: rotated; it ends at expires_at.
    // rotated_from: the first of the rotations, with which it shares its quota. self_issued: by the operator itself,
    // on its certificate. quota_with: such a key's quota is that of this key, the first of its rotations.
    this.addSql(`
      ALTER TABLE api_keys
        ADD expires_at timestamptz(3),
        ADD allowed_addresses text[] NOT NULL DEFAULT '{}',
        ADD quota_per_second integer CHECK (quota_per_second > 0),
        ADD quota_per_day bigint CHECK (quota_per_day > 0),
        ADD public_key jsonb,
        ADD mode text NOT NULL DEFAULT 'alarm' CHECK (mode IN ('alarm', 'block')),
        ADD environment text NOT NULL DEFAULT 'live' CHECK (environment IN ('live', 'sandbox')),
        ADD replaced_by text,
        ADD rotated_from text,
        ADD self_issued boolean NOT NULL DEFAULT false,
        ADD quota_with text`);
    this.addSql(
      `CREATE INDEX api_keys_rotated_from ON api_keys (rotated_from) WHERE rotated_from IS NOT NULL`,
    );
    this.addSql(`CREATE INDEX api_keys_quota_with ON api_keys (quota_with) WHERE quota_with IS NOT NULL`);
    // What every node has counted, added up every other second. day: the Nairobi day. last_asked_at: when somebody
    // was asked about last; last_used_at: for whatever.
    this.addSql(`
      CREATE TABLE key_usage (
        tenant_id text NOT NULL,
        key_id text NOT NULL,
        day date NOT NULL,
        calls bigint NOT NULL,
        refused bigint NOT NULL,
        last_used_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        last_asked_at timestamptz(3),
        PRIMARY KEY (key_id, day)
      ) WITH (fillfactor = 50)`);
    this.addSql(`CREATE INDEX key_usage_tenant ON key_usage (tenant_id, day)`);
    this.#perTenant('key_usage');
    // A notice speaks of one end of one key: with another end, it is told again.
    this.addSql(`
      CREATE TABLE key_notices (
        tenant_id text NOT NULL REFERENCES operators (id),
        key_id text NOT NULL REFERENCES api_keys (id),
        expires_at timestamptz(3) NOT NULL,
        days_before integer NOT NULL,
        sent_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (key_id, expires_at, days_before)
      )`);
    this.#perTenant('key_notices');
    // Nothing of an operator's but that this was seen; written by every signed request, so in one statement.
    this.addSql(`
      CREATE TABLE key_nonces (
        key_id text NOT NULL,
        nonce text NOT NULL,
        until timestamptz(3) NOT NULL,
        PRIMARY KEY (key_id, nonce)
      )`);
    this.addSql(`CREATE INDEX key_nonces_until ON key_nonces (until)`);
  }

  #revocations(): void {
    // change: names one of many, for what can happen to the same subject again.
    this.addSql(`
      ALTER TABLE revocations
        ADD change text,
        DROP CONSTRAINT revocations_kind_check,
        ADD CONSTRAINT revocations_kind_check CHECK (kind IN ('session', 'key', 'operator', 'terms'))`);
  }

  #figures(): void {
    // Counted from the checks by a job, per Nairobi day. repeated: of the UNKNOWN answers, those after
    // which the same person was asked about again.
    this.addSql(`
      CREATE TABLE operator_statistics (
        tenant_id text NOT NULL,
        day date NOT NULL,
        purpose text NOT NULL,
        answer text NOT NULL,
        checks bigint NOT NULL,
        repeated bigint NOT NULL,
        computed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (tenant_id, day, purpose, answer)
      )`);
    this.#perTenant('operator_statistics');
    // As judged the night after, over the thirty days up to this one. low: somebody was told that it is.
    this.addSql(`
      CREATE TABLE compliance_scores (
        tenant_id text NOT NULL REFERENCES operators (id),
        day date NOT NULL,
        score double precision,
        parts jsonb NOT NULL,
        low boolean NOT NULL,
        computed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (tenant_id, day)
      )`);
    this.#perTenant('compliance_scores');
    // How many lookups and validations took how long, by bucket of LATENCY_BOUNDS_MS; added up every ten seconds.
    this.addSql(`
      CREATE TABLE operator_latency (
        tenant_id text NOT NULL,
        day date NOT NULL,
        counts bigint[] NOT NULL,
        PRIMARY KEY (day, tenant_id)
      ) WITH (fillfactor = 50)`);
    this.#perTenant('operator_latency');
    this.addSql(`CREATE INDEX audit_log_actor ON audit_log (actor, id)`);
    this.addSql(`CREATE INDEX accounts_staff ON accounts (operator_id) WHERE operator_id IS NOT NULL`);
  }

  /** A statement that does not say for whom it acts sees nothing: see platform/db/tenant.ts. */
  #perTenant(table: string): void {
    this.addSql(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
    this.addSql(`
      CREATE POLICY tenant ON ${table}
        USING (current_setting('kinga.tenant', true) IN (tenant_id, '*'))
        WITH CHECK (current_setting('kinga.tenant', true) IN (tenant_id, '*'))`);
  }
}
