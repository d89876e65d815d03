import { Migration } from '@mikro-orm/migrations';

const OF_AN_OPERATOR = [
  'token_subjects',
  'token_keys',
  'tokens',
  'token_customers',
  'token_usage',
  'token_daily',
];

/** Screening tokens: who stands behind one, its generations, the operator's customers, what was done with it. */
export class Migration0018Tokens extends Migration {
  override up(): void {
    this.#subjects();
    this.#tokens();
    this.#customers();
    this.#activity();
    for (const table of OF_AN_OPERATOR) {
      this.addSql(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      this.addSql(`
        CREATE POLICY tenant ON ${table}
          USING (current_setting('kinga.tenant', true) IN (tenant_id, '*'))
          WITH CHECK (current_setting('kinga.tenant', true) IN (tenant_id, '*'))`);
    }
  }

  #subjects(): void {
    // One person as one operator knows them; the id is the handle the operator is told, and it outlives rotations.
    // keys: 16 bytes each, the strong ones first: what a node loads and a token is answered by. person_key: the
    // strong key the subject began with. contact_set: of a subject without any, the hash of all its contacts.
    // bulk: it came with a whole customer base, which is no sign of anything. learned: counts the times when the
    // operator has to be told anew what it knew of the person: another customer is them, or it gave them up.
    this.addSql(`
      CREATE TABLE token_subjects (
        id text PRIMARY KEY,
        tenant_id text NOT NULL REFERENCES operators (id),
        keys bytea NOT NULL CHECK (octet_length(keys) BETWEEN 16 AND 512 AND octet_length(keys) % 16 = 0),
        person_key bytea,
        contact_set bytea,
        bulk boolean NOT NULL,
        learned integer NOT NULL DEFAULT 0,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        CHECK (person_key IS NULL OR contact_set IS NULL)
      )`);
    this.addSql(`
      CREATE UNIQUE INDEX token_subjects_contact_set ON token_subjects (tenant_id, contact_set)
      WHERE contact_set IS NOT NULL`);
    this.addSql(`
      CREATE INDEX token_subjects_person ON token_subjects (person_key, created_at)
      WHERE person_key IS NOT NULL`);
    // The same keys again, to be found by: written with their subject, three and more a person, so without a
    // foreign key, which would cost half as much again as the row. finds: a strong key is one subject's at an
    // operator, and says who it is.
    this.addSql(`
      CREATE TABLE token_keys (
        key bytea NOT NULL CHECK (octet_length(key) = 16),
        subject_id text NOT NULL,
        tenant_id text NOT NULL,
        strong boolean NOT NULL,
        finds boolean NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (key, subject_id)
      )`);
    this.addSql(`CREATE UNIQUE INDEX token_keys_finds ON token_keys (key, tenant_id) WHERE finds`);
  }

  #tokens(): void {
    // hash: keyed hash of the token's text; sealed: the text, so that asking again gives the same one. A rotated
    // one works until works_until.
    this.addSql(`
      CREATE TABLE tokens (
        id text PRIMARY KEY,
        tenant_id text NOT NULL,
        subject_id text NOT NULL REFERENCES token_subjects (id),
        hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 16),
        sealed bytea NOT NULL,
        generation integer NOT NULL CHECK (generation > 0),
        state text NOT NULL CHECK (state IN ('active', 'rotated', 'revoked', 'compromised')),
        issued_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        ended_at timestamptz(3),
        works_until timestamptz(3),
        UNIQUE (subject_id, generation)
      )`);
    this.addSql(`CREATE UNIQUE INDEX tokens_active ON tokens (subject_id) WHERE state = 'active'`);
    this.addSql(`CREATE INDEX tokens_tenant ON tokens (tenant_id, issued_at)`);
    // Which tokens to read anew. seq is given under an advisory lock held to the commit: readers never see a later
    // one before an earlier.
    this.addSql(`
      CREATE TABLE token_changes (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        token_id text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
  }

  #customers(): void {
    // A customer has one subject; a person with two accounts is two customers of one subject.
    this.addSql(`
      CREATE TABLE token_customers (
        id text PRIMARY KEY,
        tenant_id text NOT NULL,
        customer_hash bytea NOT NULL CHECK (octet_length(customer_hash) = 16),
        customer_sealed bytea NOT NULL,
        subject_id text NOT NULL REFERENCES token_subjects (id),
        mapped_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        UNIQUE (tenant_id, customer_hash)
      )`);
    this.addSql(`CREATE INDEX token_customers_subject ON token_customers (subject_id)`);
    this.addSql(`CREATE INDEX token_customers_tenant ON token_customers (tenant_id, id)`);
  }

  #activity(): void {
    this.addSql(`
      CREATE TABLE token_usage (
        token_id text NOT NULL REFERENCES tokens (id),
        tenant_id text NOT NULL,
        day date NOT NULL,
        validated bigint NOT NULL,
        hits bigint NOT NULL,
        PRIMARY KEY (token_id, day)
      )`);
    this.addSql(`
      CREATE TABLE token_daily (
        tenant_id text NOT NULL REFERENCES operators (id),
        day date NOT NULL,
        validated bigint NOT NULL,
        hits bigint NOT NULL,
        PRIMARY KEY (tenant_id, day)
      )`);
    // How far the register's log has been read for people who gained an identifier.
    this.addSql(`
      CREATE TABLE token_sync (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        register_seq bigint NOT NULL
      )`);
    this.addSql(`INSERT INTO token_sync (register_seq) SELECT seq FROM register_head`);
  }
}
