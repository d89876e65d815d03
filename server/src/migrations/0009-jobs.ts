import { Migration } from '@mikro-orm/migrations';

/**
 * Agenda's table exactly as its PostgreSQL backend 3.0.6 would make it (it is told not to), because the role
 * of hubs and workers may not create tables; what a job has done; the daily figures; the notices sent.
 */
export class Migration0009Jobs extends Migration {
  override up(): void {
    this.addSql(`
      CREATE TABLE agenda_jobs (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name varchar(255) NOT NULL,
        priority integer NOT NULL DEFAULT 0,
        next_run_at timestamptz,
        type varchar(10) NOT NULL DEFAULT 'normal' CHECK (type IN ('normal', 'single')),
        locked_at timestamptz,
        last_finished_at timestamptz,
        failed_at timestamptz,
        fail_count integer DEFAULT NULL,
        fail_reason text,
        repeat_timezone varchar(100),
        last_run_at timestamptz,
        repeat_interval varchar(255),
        data jsonb DEFAULT '{}'::jsonb,
        repeat_at varchar(255),
        disabled boolean DEFAULT false,
        progress real,
        fork boolean DEFAULT false,
        last_modified_by varchar(255),
        debounce_started_at timestamptz,
        start_date timestamptz,
        end_date timestamptz,
        skip_days jsonb,
        created_at timestamptz DEFAULT now(),
        updated_at timestamptz DEFAULT now()
      )`);
    this.addSql(`
      CREATE INDEX agenda_jobs_find_and_lock_idx
        ON agenda_jobs (name, next_run_at, priority DESC, locked_at, disabled) WHERE disabled = false`);
    this.addSql(`CREATE UNIQUE INDEX agenda_jobs_single_job_idx ON agenda_jobs (name) WHERE type = 'single'`);
    this.addSql(
      `CREATE INDEX agenda_jobs_locked_at_idx ON agenda_jobs (locked_at) WHERE locked_at IS NOT NULL`,
    );
    this.addSql(`
      CREATE INDEX agenda_jobs_next_run_at_idx ON agenda_jobs (next_run_at) WHERE next_run_at IS NOT NULL`);
    this.addSql(`
      CREATE FUNCTION update_agenda_jobs_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.updated_at = now();
        RETURN NEW;
      END
      $$`);
    this.addSql(`
      CREATE TRIGGER agenda_jobs_updated_at_trigger BEFORE UPDATE ON agenda_jobs
        FOR EACH ROW EXECUTE FUNCTION update_agenda_jobs_updated_at()`);

    // One row per effect, inserted in the transaction of the effect: a job may run twice, this happens once.
    this.addSql(`
      CREATE TABLE job_effects (
        key text PRIMARY KEY,
        done_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    this.addSql(`CREATE INDEX job_effects_done_at ON job_effects (done_at)`);
    // day: the Nairobi day. breakdown: what is counted apart ('' for a plain total), e.g. 'bet/EXCLUDED'.
    this.addSql(`
      CREATE TABLE daily_statistics (
        day date NOT NULL,
        metric text NOT NULL,
        breakdown text NOT NULL,
        value numeric(30, 0) NOT NULL,
        computed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (day, metric, breakdown)
      )`);
    this.addSql(`
      CREATE TABLE exclusion_notices (
        exclusion_id text NOT NULL,
        days_before integer NOT NULL CHECK (days_before IN (30, 7, 1)),
        sent_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        UNIQUE (exclusion_id, days_before)
      )`);
  }
}
