import { Migration } from '@mikro-orm/migrations';

/** Every question that was asked of the register, with its answer. */
export class Migration0005Checks extends Migration {
  override up(): void {
    // id: time, a counter, 64 random bits; shown as `c_` + its 32 hexadecimal digits. subject: 128 bits of the
    // keyed hash of the identifier that was found, else of the first one asked for. purpose: r(egistration),
    // l(ogin), d(eposit), b(et), m(arketing); answer: E(XCLUDED), C(LEAR), U(NKNOWN).
    //
    // Hundreds of thousands of rows a second come in batches, so each costs what one row must: the id grows with
    // time and is found through BRIN. A unique B-tree on it would cost as much again as all the rest (1.25
    // against 0.52 microseconds a row); that no row comes twice is the business of check_writers. Nothing is
    // ever deleted from it, so its vacuum has all the time in the world: at PostgreSQL's usual pace it took a
    // tenth of a core from the lookups for minutes.
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
      `CREATE INDEX checks_id ON checks USING brin (id) WITH (pages_per_range = 32, autosummarize = on)`,
    );
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
