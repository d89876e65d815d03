import { Migration } from '@mikro-orm/migrations';

/** The sandbox's register, which holds nobody real, and the runs of the conformance suite. */
export class Migration0022Conformance extends Migration {
  override up(): void {
    this.#sandbox();
    this.#runs();
    for (const table of TABLES) {
      // A statement that does not say for whom it acts sees nothing: see platform/db/tenant.ts.
      this.addSql(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      this.addSql(`
        CREATE POLICY tenant ON ${table}
          USING (current_setting('kinga.tenant', true) IN (tenant_id, '*'))
          WITH CHECK (current_setting('kinga.tenant', true) IN (tenant_id, '*'))`);
    }
  }

  #sandbox(): void {
    // person: a test person that sandbox.exclude excluded. run_id: somebody made for a conformance run.
    this.addSql(`
      CREATE TABLE sandbox_records (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        tenant_id text NOT NULL REFERENCES operators (id),
        person text,
        run_id text,
        key bytea NOT NULL CHECK (length(key) = 16),
        standing text NOT NULL,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        CHECK ((person IS NULL) <> (run_id IS NULL))
      )`);
    this.addSql(`CREATE INDEX sandbox_records_key ON sandbox_records (tenant_id, key)`);
    this.addSql(`CREATE INDEX sandbox_records_run ON sandbox_records (run_id) WHERE run_id IS NOT NULL`);
    this.addSql(`
      CREATE UNIQUE INDEX sandbox_records_person ON sandbox_records (tenant_id, person, key)
        WHERE person IS NOT NULL`);
    // answer: EXCLUDED, CLEAR or UNKNOWN; FAILED: it was asked, and there was none.
    this.addSql(`
      CREATE TABLE sandbox_checks (
        id text PRIMARY KEY,
        tenant_id text NOT NULL REFERENCES operators (id),
        key_id text NOT NULL,
        subject bytea NOT NULL,
        purpose text NOT NULL,
        answer text NOT NULL CHECK (answer IN ('EXCLUDED', 'CLEAR', 'UNKNOWN', 'FAILED')),
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      )`);
    this.addSql(`CREATE INDEX sandbox_checks_subject ON sandbox_checks (tenant_id, subject)`);
    this.addSql(`CREATE INDEX sandbox_checks_at ON sandbox_checks (at)`);
    this.addSql(`
      CREATE TABLE sandbox_tokens (
        hash bytea PRIMARY KEY,
        tenant_id text NOT NULL REFERENCES operators (id),
        handle text NOT NULL,
        keys bytea[] NOT NULL,
        sealed bytea NOT NULL,
        issued_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        ended_at timestamptz(3)
      )`);
    this.addSql(`
      CREATE UNIQUE INDEX sandbox_tokens_person ON sandbox_tokens (tenant_id, (keys[1]))
        WHERE ended_at IS NULL`);
  }

  #runs(): void {
    this.addSql(`
      CREATE TABLE conformance_runs (
        id text PRIMARY KEY,
        tenant_id text NOT NULL REFERENCES operators (id),
        key_id text NOT NULL,
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'passed', 'failed', 'replaced')),
        started_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz(3) NOT NULL DEFAULT clock_timestamp() + interval '1 hour',
        ended_at timestamptz(3)
      )`);
    this.addSql(`
      CREATE UNIQUE INDEX conformance_runs_open ON conformance_runs (tenant_id) WHERE state = 'open'`);
    // keys: everything the operator could ask about the situation's person by. failure: null once it passed.
    this.addSql(`
      CREATE TABLE conformance_situations (
        run_id text NOT NULL REFERENCES conformance_runs (id) ON DELETE CASCADE,
        id text NOT NULL,
        tenant_id text NOT NULL,
        vector text NOT NULL,
        keys bytea[] NOT NULL,
        decision text,
        decided_at timestamptz(3),
        failure text,
        PRIMARY KEY (run_id, id)
      )`);
    this.addSql(`
      CREATE TABLE conformance_certificates (
        run_id text PRIMARY KEY,
        tenant_id text NOT NULL REFERENCES operators (id),
        vectors integer NOT NULL,
        passed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        valid_until timestamptz(3) NOT NULL DEFAULT clock_timestamp() + interval '12 months'
      )`);
    this.addSql(
      `CREATE INDEX conformance_certificates_tenant ON conformance_certificates (tenant_id, passed_at)`,
    );
  }
}

const TABLES = [
  'sandbox_records',
  'sandbox_checks',
  'sandbox_tokens',
  'conformance_runs',
  'conformance_situations',
  'conformance_certificates',
];
