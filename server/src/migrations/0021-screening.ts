import { Migration } from '@mikro-orm/migrations';

const OF_AN_OPERATOR = ['screening_people', 'screening_sketches', 'screening_activity', 'screening_blocks'];

/** Who asks the register as an oracle, and the persons by whom every node is tried. */
export class Migration0021Screening extends Migration {
  override up(): void {
    this.#screening();
    for (const table of OF_AN_OPERATOR) {
      this.addSql(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      this.addSql(`
        CREATE POLICY tenant ON ${table}
          USING (current_setting('kinga.tenant', true) IN (tenant_id, '*'))
          WITH CHECK (current_setting('kinga.tenant', true) IN (tenant_id, '*'))`);
    }
    this.#canaries();
  }

  #screening(): void {
    // People one operator asks about often, as each node counts them, for the other nodes. Unlogged: what a crash
    // loses is told again within a second. subject: 128 bits of the keyed hash of an identifier.
    this.addSql(`
      CREATE UNLOGGED TABLE screening_people (
        tenant_id text NOT NULL,
        subject bytea NOT NULL CHECK (octet_length(subject) = 16),
        node text NOT NULL,
        questions integer NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, subject, node)
      ) WITH (fillfactor = 50)`);
    this.addSql(`CREATE INDEX screening_people_at ON screening_people (at)`);
    // The different people an operator asks about in a day, as each node knows them: a sketch to be counted from,
    // of which nobody can be read. kind: of identifier, or name.
    this.addSql(`
      CREATE TABLE screening_sketches (
        tenant_id text NOT NULL,
        kind text NOT NULL,
        node text NOT NULL,
        day date NOT NULL,
        registers bytea NOT NULL CHECK (octet_length(registers) = 2048),
        at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, kind, node)
      )`);
    this.addSql(`CREATE INDEX screening_sketches_at ON screening_sketches (at)`);
    // What each key asked in a minute, summed over the nodes; kept for a day.
    this.addSql(`
      CREATE TABLE screening_activity (
        tenant_id text NOT NULL REFERENCES operators (id),
        key_id text NOT NULL REFERENCES api_keys (id),
        minute timestamptz NOT NULL,
        questions bigint NOT NULL,
        followed bigint NOT NULL,
        over_limit bigint NOT NULL,
        refused bigint NOT NULL,
        PRIMARY KEY (key_id, minute)
      ) WITH (fillfactor = 50)`);
    this.addSql(`CREATE INDEX screening_activity_tenant ON screening_activity (tenant_id, minute)`);
    this.addSql(`
      CREATE TABLE screening_blocks (
        id text PRIMARY KEY,
        tenant_id text NOT NULL REFERENCES operators (id),
        key_id text NOT NULL REFERENCES api_keys (id),
        since timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        until timestamptz(3) NOT NULL,
        lifted_at timestamptz(3)
      )`);
    this.addSql(`CREATE INDEX screening_blocks_until ON screening_blocks (until) WHERE lifted_at IS NULL`);
    this.addSql(`CREATE INDEX screening_blocks_tenant ON screening_blocks (tenant_id, id)`);
    this.addSql(`CREATE INDEX screening_blocks_key ON screening_blocks (key_id)`);
  }

  #canaries(): void {
    // Neither people nor a licensed operator: figures and lists leave them out.
    this.addSql(`ALTER TABLE exclusions ADD COLUMN canary boolean NOT NULL DEFAULT false`);
    this.addSql(`ALTER TABLE operators ADD COLUMN internal boolean NOT NULL DEFAULT false`);
    // identifier: sealed, as JSON; of no document there is.
    this.addSql(`
      CREATE TABLE canaries (
        id text PRIMARY KEY,
        identifier bytea NOT NULL,
        expected text NOT NULL CHECK (expected IN ('EXCLUDED', 'CLEAR')),
        exclusion_id text REFERENCES exclusions (id),
        made_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      )`);
  }
}
