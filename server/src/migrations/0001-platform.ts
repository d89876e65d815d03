import { Migration } from '@mikro-orm/migrations';

/** Feed, outbox, audit, idempotency, revocations, the check values of the secrets. */
export class Migration0001Platform extends Migration {
  override up(): void {
    this.addSql(`
      CREATE TABLE database_epoch (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        epoch uuid NOT NULL DEFAULT gen_random_uuid()
      )`);
    this.addSql(`INSERT INTO database_epoch DEFAULT VALUES`);

    this.addSql(`
      CREATE TABLE secret_checks (
        name text NOT NULL,
        version integer NOT NULL,
        check_value text NOT NULL,
        PRIMARY KEY (name, version)
      )`);

    // position: the order in which every node tells the events of all topics; only the relay inserts, under
    // its advisory lock, so positions become visible in order.
    this.addSql(`
      CREATE TABLE feed_events (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic text NOT NULL,
        seq bigint NOT NULL,
        at timestamptz NOT NULL,
        type text NOT NULL,
        data jsonb NOT NULL,
        UNIQUE (topic, seq)
      )`);
    this.addSql(`CREATE INDEX feed_events_at ON feed_events (at)`);
    // Each topic's head; survives the pruning of its events.
    this.addSql(`CREATE TABLE feed_topics (topic text PRIMARY KEY, head bigint NOT NULL)`);
    this.addSql(`
      CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('event', 'job')),
        topic text NOT NULL,
        type text NOT NULL,
        data jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    this.addSql(`
      CREATE TABLE audit_log (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        actor text NOT NULL,
        action text NOT NULL,
        subject text NOT NULL,
        details jsonb NOT NULL,
        request_id text
      )`);
    this.addSql(`CREATE INDEX audit_log_subject ON audit_log (subject, id)`);
    // scope: keyed digest of (actor, procedure, key). output: sealed JSON text, null while the first call runs.
    this.addSql(`
      CREATE TABLE idempotency_keys (
        scope text PRIMARY KEY,
        input_digest text NOT NULL,
        output bytea,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    this.addSql(`CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at)`);
    // seq is given under an advisory lock held to the commit: readers never see a later one before an earlier.
    this.addSql(`
      CREATE TABLE revocations (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('session', 'key')),
        subject_id text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
  }
}
