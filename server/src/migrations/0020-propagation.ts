import { Migration } from '@mikro-orm/migrations';

const OF_AN_OPERATOR = [
  'propagation_receipts',
  'propagation_operators',
  'operator_webhooks',
  'webhook_deliveries',
];

/** What became of each change of the register at each operator it concerns, and how those are reached. */
export class Migration0020Propagation extends Migration {
  override up(): void {
    this.#cursor();
    this.#receipts();
    this.#webhooks();
    for (const table of OF_AN_OPERATOR) {
      this.addSql(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      this.addSql(`
        CREATE POLICY tenant ON ${table}
          USING (current_setting('kinga.tenant', true) IN (tenant_id, '*'))
          WITH CHECK (current_setting('kinga.tenant', true) IN (tenant_id, '*'))`);
    }
  }

  #cursor(): void {
    // How far the register's log and the changes of tokens have been told.
    this.addSql(`
      CREATE TABLE propagation_cursor (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        register_seq bigint NOT NULL,
        token_seq bigint NOT NULL
      )`);
    this.addSql(`
      INSERT INTO propagation_cursor (register_seq, token_seq)
      SELECT seq, (SELECT coalesce(max(seq), 0) FROM token_changes) FROM register_head`);
    // Of which operators a machine watches its changes on a node.
    this.addSql(`
      CREATE TABLE propagation_nodes (
        node text PRIMARY KEY,
        at timestamptz NOT NULL,
        operator_ids text[] NOT NULL
      )`);
  }

  #receipts(): void {
    // handle: the subject, which outlives rotations of its token. learned: the subject's, when it was told.
    // must_close: an account is to be closed, as long as the exclusion is in force (excluded_until; null: no end is
    // known). closed_at: when, as the operator says; reported_at: when it said so. told_at: when it was told last. over_at: acknowledged, with nothing to be closed any more; null: not known.
    this.addSql(`
      CREATE TABLE propagation_receipts (
        id text PRIMARY KEY,
        tenant_id text NOT NULL REFERENCES operators (id),
        register_seq bigint NOT NULL,
        handle text NOT NULL,
        learned integer NOT NULL DEFAULT 0,
        type text NOT NULL CHECK (type IN ('registered', 'extended', 'lifted', 'identified')),
        effective_at timestamptz(3) NOT NULL,
        committed_at timestamptz(3) NOT NULL,
        told_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        sent_at timestamptz(3),
        acknowledged_at timestamptz(3),
        must_close boolean NOT NULL,
        excluded_until timestamptz(3),
        closed_at timestamptz(3),
        reported_at timestamptz(3),
        attempts integer NOT NULL DEFAULT 0,
        escalated_at timestamptz(3),
        over_at timestamptz(3) GENERATED ALWAYS AS (
          CASE WHEN acknowledged_at IS NOT NULL AND (NOT must_close OR excluded_until IS NOT NULL) THEN greatest(
            acknowledged_at, closed_at, CASE WHEN must_close THEN excluded_until ELSE committed_at END) END) STORED,
        UNIQUE (register_seq, tenant_id, handle, learned)
      ) WITH (fillfactor = 60)`);
    this.addSql(`CREATE INDEX propagation_receipts_tenant ON propagation_receipts (tenant_id, id)`);
    this.addSql(`CREATE INDEX propagation_receipts_committed ON propagation_receipts (committed_at)`);
    this.addSql(`CREATE INDEX propagation_receipts_handle ON propagation_receipts (handle, register_seq)`);
    this.addSql(`
      CREATE INDEX propagation_receipts_open ON propagation_receipts (tenant_id, committed_at)
      WHERE acknowledged_at IS NULL`);
    this.addSql(`
      CREATE INDEX propagation_receipts_unclosed ON propagation_receipts (tenant_id, committed_at)
      WHERE must_close AND closed_at IS NULL`);
    this.addSql(`
      CREATE INDEX propagation_receipts_acknowledged ON propagation_receipts (acknowledged_at)
      WHERE acknowledged_at IS NOT NULL`);
    this.addSql(`
      CREATE INDEX propagation_receipts_over ON propagation_receipts (over_at) WHERE over_at IS NOT NULL`);
    // late_since: an alert is open. escalated_at: when the incident contact was written to last. unclosed_..._at: when
    // that alert was raised last. watched_since: what was open before, while it was suspended, is late from then on.
    this.addSql(`
      CREATE TABLE propagation_operators (
        tenant_id text PRIMARY KEY REFERENCES operators (id),
        acknowledged_seq bigint NOT NULL DEFAULT 0,
        acknowledged_at timestamptz(3),
        late_since timestamptz(3),
        escalated_at timestamptz(3),
        unclosed_warned boolean NOT NULL DEFAULT false,
        unclosed_warned_at timestamptz(3),
        unclosed_critical boolean NOT NULL DEFAULT false,
        unclosed_critical_at timestamptz(3),
        watched_since timestamptz(3)
      ) WITH (fillfactor = 50)`);
  }

  #webhooks(): void {
    // secret, old_secret: sealed. lease_key: the job that posts, until leased_until.
    this.addSql(`
      CREATE TABLE operator_webhooks (
        tenant_id text PRIMARY KEY REFERENCES operators (id),
        url text NOT NULL,
        secret bytea NOT NULL,
        old_secret bytea,
        old_secret_ends_at timestamptz(3),
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        failures integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz(3),
        lease_key text,
        leased_until timestamptz(3)
      )`);
    this.addSql(`
      CREATE TABLE webhook_deliveries (
        id text PRIMARY KEY,
        tenant_id text NOT NULL REFERENCES operators (id),
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        after_seq bigint NOT NULL,
        up_to_seq bigint NOT NULL,
        events integer NOT NULL,
        attempt integer NOT NULL,
        status integer,
        ms integer NOT NULL,
        delivered boolean NOT NULL,
        failure text,
        answer text
      )`);
    this.addSql(`CREATE INDEX webhook_deliveries_tenant ON webhook_deliveries (tenant_id, id)`);
    this.addSql(`CREATE INDEX webhook_deliveries_at ON webhook_deliveries (at)`);
  }
}
