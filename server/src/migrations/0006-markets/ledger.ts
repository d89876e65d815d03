/**
 * Accounts carry their balance, kept by `ledger_post` and by nothing else; entries and lines are written once.
 * Rows are locked in one order everywhere: wallets by id, then the shared accounts (pools, house) by id, so
 * that the rows everybody needs are held for the shortest time.
 */
export const LEDGER_STATEMENTS: readonly string[] = [
  `CREATE TABLE ledger_accounts (
     id text PRIMARY KEY,
     kind text NOT NULL CHECK (kind IN ('wallet', 'pool', 'house')),
     owner_id text NOT NULL,
     currency text NOT NULL DEFAULT 'KES' CHECK (currency = 'KES'),
     balance_minor bigint NOT NULL DEFAULT 0,
     created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     CONSTRAINT ledger_accounts_covered CHECK (kind = 'house' OR balance_minor >= 0),
     UNIQUE (kind, owner_id, currency)
   ) WITH (fillfactor = 70)`,
  `INSERT INTO ledger_accounts (id, kind, owner_id) VALUES ('house:demo', 'house', 'demo')`,

  // id is minted by whoever asks for the entry, so that asking twice cannot post twice.
  `CREATE TABLE ledger_entries (
     id text PRIMARY KEY,
     purpose text NOT NULL CHECK (purpose IN ('funding', 'stake')),
     at timestamptz NOT NULL DEFAULT clock_timestamp()
   )`,
  `CREATE TABLE ledger_lines (
     entry_id text NOT NULL REFERENCES ledger_entries,
     line smallint NOT NULL CHECK (line >= 1),
     account_id text NOT NULL REFERENCES ledger_accounts,
     amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
     PRIMARY KEY (entry_id, line)
   )`,
  `CREATE INDEX ledger_lines_account ON ledger_lines (account_id, entry_id)`,

  // Judged at the commit, because an entry is balanced only when its last line is there. Lines are numbered
  // from 1 without gaps, so whatever is added to an entry later has a number above 2 and is judged again; the
  // first two lines are judged with their entry, once instead of three times.
  `CREATE FUNCTION ledger_entry_must_balance() RETURNS trigger LANGUAGE plpgsql AS $$
   DECLARE
     entry text;
     lines integer;
     last integer;
     total numeric;
   BEGIN
     IF TG_TABLE_NAME = 'ledger_entries' THEN entry = NEW.id; ELSE entry = NEW.entry_id; END IF;
     SELECT count(*), max(line), coalesce(sum(amount_minor), 0) INTO lines, last, total
       FROM ledger_lines WHERE entry_id = entry;
     IF lines < 2 OR last <> lines OR total <> 0 THEN
       RAISE EXCEPTION 'ledger entry % does not balance: % lines, sum %', entry, lines, total
         USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_must_balance';
     END IF;
     RETURN NULL;
   END
   $$`,
  `CREATE CONSTRAINT TRIGGER ledger_entry_must_balance AFTER INSERT ON ledger_entries
     DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_must_balance()`,
  `CREATE CONSTRAINT TRIGGER ledger_line_must_balance AFTER INSERT ON ledger_lines
     DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.line > 2)
     EXECUTE FUNCTION ledger_entry_must_balance()`,

  // A correction is a new entry. This holds for the owner of the tables as well; the hub's role has no right.
  `CREATE FUNCTION ledger_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     RAISE EXCEPTION 'the ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
       USING ERRCODE = 'insufficient_privilege';
   END
   $$`,
  `CREATE TRIGGER ledger_entries_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
     FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_immutable()`,
  `CREATE TRIGGER ledger_lines_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_lines
     FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_immutable()`,

  // Wallets are locked before anything shared is; a wallet that nobody funded yet is simply not there.
  `CREATE FUNCTION ledger_lock_wallets(owners text[])
   RETURNS TABLE (owner text, balance bigint) LANGUAGE sql AS $$
     SELECT owner_id, balance_minor FROM ledger_accounts
      WHERE id IN (SELECT 'wallet:' || o FROM unnest(owners) AS o)
      ORDER BY id FOR NO KEY UPDATE
   $$`,

  // Transfers, each one an entry of two lines: what leaves the source arrives at the target.
  `CREATE FUNCTION ledger_post(entries text[], purposes text[], sources text[], targets text[], amounts bigint[])
   RETURNS void LANGUAGE plpgsql AS $$
   BEGIN
     PERFORM 1 FROM ledger_accounts WHERE id = ANY (sources || targets)
       ORDER BY kind <> 'wallet', id FOR NO KEY UPDATE;
     INSERT INTO ledger_entries (id, purpose) SELECT * FROM unnest(entries, purposes);
     INSERT INTO ledger_lines (entry_id, line, account_id, amount_minor)
       SELECT e, side, CASE side WHEN 1 THEN s ELSE t END, CASE side WHEN 1 THEN -a ELSE a END
         FROM unnest(entries, sources, targets, amounts) AS _(e, s, t, a), generate_series(1, 2) AS side;
     UPDATE ledger_accounts AS account SET balance_minor = account.balance_minor + moved.delta
       FROM (SELECT id, sum(delta)::bigint AS delta
               FROM (SELECT s AS id, -a AS delta FROM unnest(sources, amounts) AS _(s, a)
                     UNION ALL
                     SELECT t, a FROM unnest(targets, amounts) AS _(t, a)) AS sides
              GROUP BY id) AS moved
      WHERE account.id = moved.id;
   END
   $$`,
];
