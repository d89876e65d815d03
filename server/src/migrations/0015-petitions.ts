import { Migration } from '@mikro-orm/migrations';

/** Which records are one person, and how to undo it; petitions of others about somebody. */
export class Migration0015Petitions extends Migration {
  override up(): void {
    this.#people();
    this.#petitions();
  }

  #people(): void {
    // A merged record keeps nothing but its name; its identifiers and exclusions are the other's until it is undone.
    this.addSql(`ALTER TABLE persons ADD COLUMN merged_into text REFERENCES persons (id)`);
    // keep_name, keep_date_of_birth: what stood there before the merge filled the gaps. reason: sealed.
    this.addSql(`
      CREATE TABLE person_merges (
        id text PRIMARY KEY,
        no bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        keep_id text NOT NULL REFERENCES persons (id),
        merged_id text NOT NULL REFERENCES persons (id),
        keep_name bytea,
        keep_date_of_birth bytea,
        reason bytea NOT NULL,
        merged_by text NOT NULL,
        merged_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        undone_by text,
        undone_at timestamptz(3),
        CHECK (keep_id <> merged_id)
      )`);
    this.addSql(`
      CREATE UNIQUE INDEX person_merges_merged ON person_merges (merged_id) WHERE undone_at IS NULL`);
    this.addSql(`CREATE INDEX person_merges_keep ON person_merges (keep_id) WHERE undone_at IS NULL`);
    // Whose everything was. original: of a row that both had, and of which only one could stay.
    this.addSql(`
      CREATE TABLE person_merge_identifiers (
        merge_id text NOT NULL REFERENCES person_merges (id),
        side text NOT NULL CHECK (side IN ('keep', 'merged')),
        key bytea NOT NULL,
        original bytea,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (merge_id, key, side)
      )`);
    this.addSql(`
      CREATE TABLE person_merge_exclusions (
        merge_id text NOT NULL REFERENCES person_merges (id),
        side text NOT NULL CHECK (side IN ('keep', 'merged')),
        exclusion_id text NOT NULL REFERENCES exclusions (id),
        needs_review boolean NOT NULL,
        PRIMARY KEY (merge_id, exclusion_id, side)
      )`);
    // What staff changed about a person; content: why, and what was there before, sealed.
    this.addSql(`
      CREATE TABLE person_changes (
        id text PRIMARY KEY,
        person_id text NOT NULL REFERENCES persons (id),
        action text NOT NULL,
        content bytea NOT NULL,
        changed_by text NOT NULL,
        changed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      )`);
    this.addSql(`CREATE INDEX person_changes_person ON person_changes (person_id, id)`);
    // said_by: the petition that alone says so; null: nobody doubts it.
    this.addSql(`ALTER TABLE identifiers ADD COLUMN said_by text`);
    this.addSql(`CREATE INDEX identifiers_said_by ON identifiers (said_by) WHERE said_by IS NOT NULL`);
    // Of one that was about several people, each has one of their own once they are told apart; all name the first.
    this.addSql(`ALTER TABLE exclusions ADD COLUMN split_from text REFERENCES exclusions (id)`);
    this.addSql(`CREATE INDEX exclusions_split_from ON exclusions (split_from) WHERE split_from IS NOT NULL`);
    this.addSql(`CREATE INDEX exclusions_needs_review ON exclusions (seq) WHERE needs_review`);
  }

  #petitions(): void {
    // tenant_id: of the operator that filed it. exclusion_id: the one in force through this petition, or the last.
    // head_hash: of the last step. *_days: the windows of the policy it was filed under.
    this.addSql(`
      CREATE TABLE petitions (
        id text PRIMARY KEY,
        tenant_id text REFERENCES operators (id),
        source text NOT NULL CHECK (source IN ('family', 'operator', 'court', 'regulator')),
        ground text NOT NULL,
        period text NOT NULL,
        state text NOT NULL CHECK (state IN ('filed', 'noticeServed', 'heard', 'hearingWaived', 'decided',
                                             'appealed', 'appealDecided', 'withdrawn')),
        provisional text NOT NULL CHECK (provisional IN ('none', 'requested', 'inForce', 'ended')),
        decision text CHECK (decision IN ('upheld', 'dismissed')),
        appeal_decision text CHECK (appeal_decision IN ('confirmed', 'reversed')),
        exclusion_id text REFERENCES exclusions (id),
        filed_by text NOT NULL REFERENCES accounts (id),
        filed_at timestamptz(3) NOT NULL,
        notice_served_at timestamptz(3),
        hearing_ends_at timestamptz(3),
        decided_by text REFERENCES accounts (id),
        decided_at timestamptz(3),
        appeal_ends_at timestamptz(3),
        appealed_at timestamptz(3),
        notice_days integer NOT NULL,
        hearing_days integer NOT NULL,
        decision_days integer NOT NULL,
        appeal_days integer NOT NULL,
        steps integer NOT NULL DEFAULT 0,
        head_hash text NOT NULL,
        CHECK ((source = 'operator') = (tenant_id IS NOT NULL))
      )`);
    this.addSql(`CREATE INDEX petitions_filed_by ON petitions (filed_by, id)`);
    this.addSql(`
      CREATE INDEX petitions_open ON petitions (id)
      WHERE state IN ('filed', 'noticeServed', 'heard', 'hearingWaived', 'appealed')`);
    this.addSql(`CREATE INDEX petitions_tenant_id ON petitions (tenant_id, id) WHERE tenant_id IS NOT NULL`);
    // The person it is about, as the petitioner knows them.
    this.addSql(`
      CREATE TABLE petition_identifiers (
        petition_id text NOT NULL REFERENCES petitions (id),
        tenant_id text,
        key bytea NOT NULL,
        type text NOT NULL,
        original bytea NOT NULL,
        PRIMARY KEY (petition_id, key)
      )`);
    this.addSql(`CREATE INDEX petition_identifiers_key ON petition_identifiers (key)`);
    // Append-only; each hash covers the step and the hash before. content: statements, reasons, evidence, sealed.
    this.addSql(`
      CREATE TABLE petition_steps (
        petition_id text NOT NULL REFERENCES petitions (id),
        no integer NOT NULL,
        tenant_id text,
        kind text NOT NULL,
        at timestamptz(3) NOT NULL,
        actor text NOT NULL,
        content bytea NOT NULL,
        hash text NOT NULL,
        PRIMARY KEY (petition_id, no)
      )`);
    for (const table of ['petitions', 'petition_identifiers', 'petition_steps']) {
      this.addSql(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      this.addSql(`
        CREATE POLICY tenant ON ${table}
          USING (current_setting('kinga.tenant', true) IN (tenant_id, '*'))
          WITH CHECK (current_setting('kinga.tenant', true) IN (tenant_id, '*'))`);
    }
  }
}
