import { Migration } from '@mikro-orm/migrations';

/** Of the table, in a range of the index by time. */
const RANGE_PAGES = 256;

/** Every question that was asked of the register, with its answer. */
export class Migration0005Checks extends Migration {
  override up(): void {
    // id: time, a counter, 64 random bits; shown as `c_` + its 32 hexadecimal digits. subject: 128 bits of the
    // keyed hash of the identifier that was found, else of the first one asked for. purpose: r(egistration),
    // l(ogin), d(eposit), b(et), m(arketing); answer: E(XCLUDED), C(LEAR), U(NKNOWN).
    //
    // Hundreds of thousands of rows a second come in batches, so each costs what one row must: the id grows with
    // time and is found through BRIN. A unique B-tree on it would cost as much again as all the rest (1.25
    // against 0.52 microseconds a row); that no row comes twice is the business of check_writers. What is too old
    // is deleted at night, a day's worth, so its vacuum has all the time in the world: at PostgreSQL's usual pace
    // it took a tenth of a core from the lookups for minutes.
    //
    // A range of the index is some 24,000 checks. Every question by time reads the whole index, and all
    // rows of the ranges that are not summarised yet: PostgreSQL does so much of that in the background as its queue
    // takes, 256 ranges a minute, which are 100,000 checks a second with this size and 13,000 with 32 pages. What
    // it costs is that an answer by time reads at most two ranges more than it needs, 4 MB.
    this.addSql(`
      CREATE TABLE checks (
        id uuid NOT NULL,
        key_no integer NOT NULL,
        subject uuid NOT NULL,
        purpose "char" NOT NULL,
        answer "char" NOT NULL,
        seq bigint NOT NULL,
        at timestamptz NOT NULL
      ) WITH (autovacuum_vacuum_cost_delay = 100)`);
    this.addSql(
      `CREATE INDEX checks_id ON checks USING brin (id) WITH (pages_per_range = ${RANGE_PAGES}, autosummarize = on)`,
    );
    // The hub's role may delete no check. It may ask for those to be deleted that the policy in force no longer
    // keeps: so much of the asked range of ids as is old enough. What a page's range of the index was summarised
    // by is forgotten with its rows: the space is used again, and a range from seven years ago to now would match
    // every question. `summarise_checks` does that anew, once nobody sees the deleted rows any more.
    this.addSql(`
      CREATE FUNCTION checks_kept_since() RETURNS timestamptz STABLE LANGUAGE plpgsql SECURITY DEFINER
      SET search_path = pg_catalog, public, pg_temp AS $$
      BEGIN
        RETURN (SELECT statement_timestamp()
                       - make_interval(years => ("values" -> 'retention' ->> 'checksHashedYears')::integer)
                  FROM policy_versions AS v
                 WHERE v.starts_at <= statement_timestamp()
                   AND NOT EXISTS (SELECT FROM policy_withdrawals AS w WHERE w.version = v.version)
                 ORDER BY v.starts_at DESC, v.version DESC LIMIT 1);
      END
      $$`);
    this.addSql(`
      CREATE FUNCTION forget_checks(from_id uuid, before_id uuid) RETURNS bigint LANGUAGE plpgsql
      SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
      DECLARE
        kept_from uuid := rpad(lpad(to_hex(floor(extract(epoch FROM checks_kept_since()) * 1000)::bigint),
                                    12, '0'), 32, '0');
        deleted bigint;
        touched bigint[];
      BEGIN
        WITH gone AS (
          DELETE FROM checks WHERE id >= from_id AND id < least(before_id, kept_from) RETURNING ctid
        )
        SELECT count(*), array_agg(DISTINCT (ctid::text::point)[0]::bigint / ${RANGE_PAGES} * ${RANGE_PAGES})
          INTO deleted, touched FROM gone;
        PERFORM brin_desummarize_range('checks_id', range) FROM unnest(touched) AS range;
        RETURN deleted;
      END
      $$`);
    this.addSql(`
      CREATE FUNCTION summarise_checks() RETURNS integer LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
      AS $$ SELECT brin_summarize_new_values('checks_id') $$`);
    // One row for each process that ever recorded. Its batches are numbered and committed in order, each in one
    // transaction with this number: a batch that is found again in a spool is in the table already, or it is not.
    this.addSql(`
      CREATE TABLE check_writers (
        id uuid PRIMARY KEY,
        node text NOT NULL,
        committed_batch bigint NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
      ) WITH (fillfactor = 20)`);
    this.addSql(`
      CREATE FUNCTION refuse_committed_batch() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF new.committed_batch <= old.committed_batch THEN
          RAISE EXCEPTION 'batch % is committed already', new.committed_batch USING ERRCODE = 'KG001';
        END IF;
        RETURN new;
      END $$`);
    this.addSql(`
      CREATE TRIGGER check_writers_go_forward BEFORE UPDATE ON check_writers
      FOR EACH ROW EXECUTE FUNCTION refuse_committed_batch()`);
  }
}
