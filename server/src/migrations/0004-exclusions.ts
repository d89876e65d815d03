import { Migration } from '@mikro-orm/migrations';

/** People, their identifiers, the exclusions, and the register's own log. */
export class Migration0004Exclusions extends Migration {
  override up(): void {
    this.addSql(`
      CREATE TABLE persons (
        id text PRIMARY KEY,
        pseudonym text NOT NULL,
        name bytea,
        date_of_birth bytea,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    // key: 128 bits of the keyed hash of the canonical form. A phone or an e-mail address may be on several
    // people; a strong identifier is one person's.
    this.addSql(`
      CREATE TABLE identifiers (
        key bytea NOT NULL CHECK (octet_length(key) = 16),
        key_version integer NOT NULL,
        type text NOT NULL CHECK (type IN ('nationalId', 'phone', 'passport', 'alienId', 'email')),
        person_id text NOT NULL REFERENCES persons (id),
        original bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (key, person_id)
      )`);
    this.addSql(`
      CREATE UNIQUE INDEX identifiers_strong ON identifiers (key)
      WHERE type IN ('nationalId', 'passport', 'alienId')`);
    this.addSql(`CREATE INDEX identifiers_person ON identifiers (person_id)`);

    // in_force_until: null from 6mo on, until a return is granted. seq: its last entry in the log. row_key: of
    // an imported row without a reference; row_digest: what any imported row said.
    this.addSql(`
      CREATE TABLE exclusions (
        id text PRIMARY KEY,
        reference text NOT NULL UNIQUE,
        source text NOT NULL CHECK (source IN ('person', 'family', 'operator', 'court', 'regulator')),
        period text NOT NULL CHECK (period IN ('24h', '7d', '30d', '6mo', '1y', 'permanent')),
        starts_at timestamptz(3) NOT NULL,
        ends_at timestamptz(3),
        in_force_until timestamptz(3),
        reason bytea,
        needs_review boolean NOT NULL,
        registered_by text NOT NULL,
        registered_at timestamptz(3) NOT NULL,
        seq bigint NOT NULL UNIQUE,
        row_key bytea UNIQUE,
        row_digest bytea
      )`);
    this.addSql(`CREATE INDEX exclusions_ends_at ON exclusions (ends_at) WHERE ends_at IS NOT NULL`);
    this.addSql(`CREATE INDEX exclusions_registered_by ON exclusions (registered_by, seq)`);
    // A list of the rare ones: of one source, of one period, or yet to begin; and where in the register a day is.
    this.addSql(`CREATE INDEX exclusions_source ON exclusions (source, seq)`);
    this.addSql(`CREATE INDEX exclusions_period ON exclusions (period, seq)`);
    this.addSql(`CREATE INDEX exclusions_starts_at ON exclusions (starts_at)`);
    this.addSql(`CREATE INDEX exclusions_day ON exclusions (registered_at, seq)`);
    this.addSql(`
      CREATE TABLE exclusion_persons (
        person_id text NOT NULL REFERENCES persons (id),
        exclusion_id text NOT NULL REFERENCES exclusions (id),
        PRIMARY KEY (person_id, exclusion_id)
      )`);
    this.addSql(`CREATE INDEX exclusion_persons_exclusion ON exclusion_persons (exclusion_id)`);

    // The head is locked last by every writer and makes the log gap-free.
    this.addSql(`
      CREATE TABLE register_head (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        seq bigint NOT NULL,
        hash text NOT NULL
      )`);
    this.addSql(`INSERT INTO register_head (seq, hash) VALUES (0, repeat('0', 64))`);
    this.addSql(`
      CREATE TABLE register_log (
        seq bigint PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('registered', 'extended', 'lifted', 'identified')),
        subject text NOT NULL,
        at timestamptz(3) NOT NULL,
        effective_at timestamptz(3) NOT NULL,
        keys text NOT NULL,
        hash text NOT NULL
      )`);

    // Which of these keys belong to somebody excluded at this instant? In SQL, so that a bet can ask inside its
    // one statement. Locks first, shared: a registration takes those of its keys (see register/locks.ts, which
    // numbers them in the same way) exclusively. Then the question, in a statement of its own, whose snapshot is
    // younger than the locks. OFFSET 0 keeps each step an index lookup from the keys at hand: just after an import
    // nobody has counted the tables yet, and PostgreSQL would rather read a million exclusions for each bet.
    this.addSql(`
      CREATE FUNCTION register_excluded_keys(asked bytea[]) RETURNS SETOF bytea LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock_shared(number)
           FROM (SELECT DISTINCT ('x' || encode(substring(k FROM 1 FOR 8), 'hex'))::bit(64)::bigint AS number
                   FROM unnest(asked) AS k ORDER BY 1) AS in_order;
        RETURN QUERY
          SELECT DISTINCT k
            FROM unnest(asked) AS k
           CROSS JOIN LATERAL (SELECT person_id FROM identifiers WHERE key = k OFFSET 0) AS i
           CROSS JOIN LATERAL (SELECT exclusion_id FROM exclusion_persons WHERE person_id = i.person_id
                               OFFSET 0) AS p
           CROSS JOIN LATERAL (SELECT FROM exclusions AS e
                                WHERE e.id = p.exclusion_id AND e.starts_at <= clock_timestamp()
                                  AND (e.in_force_until IS NULL OR e.in_force_until > clock_timestamp())
                               OFFSET 0) AS e;
      END
      $$`);
  }
}
