import { Migration } from '@mikro-orm/migrations';

/** What becomes of an exclusion after its registration: terms, renewal, return, lifting; who is told of it. */
export class Migration0014LifeCycle extends Migration {
  override up(): void {
    // changed_seq: the entry of its last change; seq stays the one of its registration. term_starts_at: when the
    // promise that holds now began; null: with the exclusion. stays: of a renewing one, whether it stays in force
    // after its end once it no longer renews; of the others in_force_until says it.
    this.addSql(`
      ALTER TABLE exclusions
        ADD COLUMN changed_seq bigint,
        ADD COLUMN term_starts_at timestamptz(3),
        ADD COLUMN renews boolean NOT NULL DEFAULT false,
        ADD COLUMN stays boolean,
        ADD COLUMN lifted_at timestamptz(3),
        ADD COLUMN lift_reason text`);
    this.addSql(`CREATE INDEX exclusions_registered_at ON exclusions USING brin (registered_at)`);

    // Every change of what was promised: what held before, and what holds since.
    this.addSql(`
      CREATE TABLE exclusion_terms (
        exclusion_id text NOT NULL REFERENCES exclusions (id),
        seq bigint NOT NULL,
        change text NOT NULL CHECK (change IN ('extended', 'renewalOn', 'renewalOff', 'lifted')),
        period_before text NOT NULL,
        ends_at_before timestamptz(3),
        period text NOT NULL,
        term_starts_at timestamptz(3) NOT NULL,
        ends_at timestamptz(3),
        in_force_until timestamptz(3),
        renews boolean NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamptz(3) NOT NULL,
        PRIMARY KEY (exclusion_id, seq)
      )`);

    // A wish to return: it may be confirmed from available_at until lapses_at.
    this.addSql(`
      CREATE TABLE exclusion_returns (
        id text PRIMARY KEY,
        exclusion_id text NOT NULL REFERENCES exclusions (id),
        account_id text NOT NULL,
        requested_at timestamptz(3) NOT NULL,
        available_at timestamptz(3) NOT NULL,
        lapses_at timestamptz(3) NOT NULL,
        closed_at timestamptz(3),
        outcome text CHECK (outcome IN ('confirmed', 'cancelled', 'lapsed', 'superseded')),
        CHECK ((closed_at IS NULL) = (outcome IS NULL))
      )`);
    this.addSql(`
      CREATE UNIQUE INDEX exclusion_returns_open ON exclusion_returns (exclusion_id) WHERE closed_at IS NULL`);

    // contact: name, address and language of the support person, sealed.
    this.addSql(`
      CREATE TABLE support_persons (
        account_id text PRIMARY KEY REFERENCES accounts (id),
        contact bytea NOT NULL,
        tell_on text[] NOT NULL,
        updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      )`);

    // Who was sent the compliance report of which month: an account, or an operator and the digest of an address.
    this.addSql(`
      CREATE TABLE report_sends (
        month text NOT NULL,
        recipient text NOT NULL,
        sent_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (month, recipient)
      )`);

    // An extended exclusion has a new end, of which it is told anew. 0 days: the end has come, and it stays.
    this.addSql(`ALTER TABLE exclusion_notices ADD COLUMN ends_at timestamptz(3)`);
    this.addSql(`
      UPDATE exclusion_notices n SET ends_at = e.ends_at FROM exclusions e WHERE e.id = n.exclusion_id`);
    this.addSql(`
      ALTER TABLE exclusion_notices
        DROP CONSTRAINT exclusion_notices_exclusion_id_days_before_key,
        DROP CONSTRAINT exclusion_notices_days_before_check,
        ADD CHECK (days_before IN (30, 7, 1, 0)),
        ADD UNIQUE NULLS NOT DISTINCT (exclusion_id, ends_at, days_before)`);
  }
}
