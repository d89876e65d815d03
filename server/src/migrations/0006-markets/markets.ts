/**
 * `markets_place_bets` judges and books a group of bets of different accounts in one statement, because the
 * market's row is what all its bettors wait for: it is locked after everything else and held for one commit
 * per group instead of one per bet. A refused bet changes nothing and does not disturb the others. Plans are
 * kept (force_generic_plan): planning its dozen statements anew for every group cost more than running them.
 */
export const MARKETS_STATEMENTS: readonly string[] = [
  `CREATE TABLE markets (
     id text PRIMARY KEY,
     question text NOT NULL,
     closes_at timestamptz NOT NULL,
     min_stake_minor bigint NOT NULL CHECK (min_stake_minor > 0),
     pool_yes_minor bigint NOT NULL DEFAULT 0,
     pool_no_minor bigint NOT NULL DEFAULT 0,
     version bigint NOT NULL DEFAULT 1,
     opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
   ) WITH (fillfactor = 50)`,
  // The ledger entry of the stake has the bet's id. What the bettor was told stands beside the bet: a repeated
  // call gets the same answer from it.
  `CREATE TABLE bets (
     id text PRIMARY KEY REFERENCES ledger_entries,
     market_id text NOT NULL REFERENCES markets,
     account_id text NOT NULL,
     outcome text NOT NULL CHECK (outcome IN ('YES', 'NO')),
     stake_minor bigint NOT NULL CHECK (stake_minor > 0),
     placed_at timestamptz NOT NULL,
     balance_after_minor bigint NOT NULL,
     pool_yes_after_minor bigint NOT NULL,
     pool_no_after_minor bigint NOT NULL
   )`,
  `CREATE INDEX bets_market ON bets (market_id, id)`,
  `CREATE INDEX bets_account ON bets (account_id, id)`,
  `CREATE INDEX bets_placed_at ON bets (placed_at)`,

  `CREATE TYPE markets_asked_bet AS (
     bet text, account text, market text, outcome text, stake bigint,
     scope text, digest text, output bytea, request text
   )`,
  // bets and keys: what the bettor of each bet is known by in the register, side by side.
  `CREATE FUNCTION markets_place_bets(asked markets_asked_bet[], bets text[], keys bytea[])
   RETURNS TABLE (
     bet text, verdict text, stored bytea, placed timestamptz, balance bigint, yes bigint, no bigint, ver bigint
   ) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
   #variable_conflict use_column
   DECLARE
     claimed text[];
     barred text[];
     wallets jsonb;
     fresh markets_asked_bet[];
     booked markets_asked_bet[];
     moment timestamptz;
   BEGIN
     -- What a node believes of an account may be seconds old: whatever was added to it since counts as well.
     SELECT coalesce(array_agg(known.bet), '{}'), coalesce(array_agg(known.key), '{}') INTO bets, keys
       FROM (SELECT of_bet.bet, of_bet.key FROM unnest(bets, keys) AS of_bet (bet, key)
             UNION
             SELECT a.bet, i.key FROM unnest(asked) AS a
              CROSS JOIN LATERAL (SELECT key FROM account_identifiers WHERE account_id = a.account OFFSET 0) AS i
            ) AS known;

     -- The register, before anything else is locked: a registration waits for no more than it must.
     SELECT coalesce(array_agg(DISTINCT of_bet.bet), '{}') INTO barred
       FROM unnest(bets, keys) AS of_bet (bet, key)
      WHERE of_bet.key IN (SELECT register_excluded_keys(keys));

     -- The claims. A concurrent twin waits here; a claim older than a day is taken over.
     WITH claims AS (
       INSERT INTO idempotency_keys AS k (scope, input_digest, output)
       SELECT a.scope, a.digest, a.output FROM unnest(asked) AS a ORDER BY a.scope
       ON CONFLICT (scope) DO UPDATE
         SET input_digest = excluded.input_digest, output = excluded.output, created_at = clock_timestamp()
         WHERE k.created_at < statement_timestamp() - interval '24 hours'
       RETURNING k.scope)
     SELECT coalesce(array_agg(c.scope), '{}') INTO claimed FROM claims AS c;

     IF cardinality(claimed) = cardinality(asked) THEN
       fresh = asked;
     ELSE
       SELECT coalesce(array_agg(a), '{}') INTO fresh FROM unnest(asked) AS a WHERE a.scope = ANY (claimed);
       RETURN QUERY
         SELECT a.bet, CASE WHEN k.input_digest = a.digest THEN 'REPLAY' ELSE 'CONFLICT' END,
                k.output, NULL::timestamptz, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint
           FROM unnest(asked) AS a JOIN idempotency_keys AS k USING (scope)
          WHERE a.scope <> ALL (claimed);
     END IF;
     IF cardinality(fresh) = 0 THEN RETURN; END IF;

     SELECT coalesce(jsonb_object_agg(w.owner, w.balance), '{}') INTO wallets
       FROM ledger_lock_wallets(ARRAY(SELECT a.account FROM unnest(fresh) AS a WHERE a.bet <> ALL (barred))) AS w;
     PERFORM 1 FROM markets AS m
      WHERE m.id = ANY (ARRAY(SELECT a.market FROM unnest(fresh) AS a WHERE a.bet <> ALL (barred)))
      ORDER BY m.id FOR NO KEY UPDATE;
     moment = clock_timestamp();

     RETURN QUERY
       SELECT j.bet, j.verdict, NULL::bytea, NULL::timestamptz, NULL::bigint, NULL::bigint, NULL::bigint,
              NULL::bigint
         FROM markets_judge(fresh, barred, wallets, moment) AS j WHERE j.verdict <> 'PLACED';
     IF FOUND THEN
       SELECT coalesce(array_agg(a), '{}') INTO booked
         FROM unnest(fresh) AS a JOIN markets_judge(fresh, barred, wallets, moment) AS j USING (bet)
        WHERE j.verdict = 'PLACED';
       -- Only successes are kept: a refused caller may try again with the same key.
       DELETE FROM idempotency_keys AS k USING unnest(fresh) AS a
        WHERE k.scope = a.scope AND NOT EXISTS (SELECT 1 FROM unnest(booked) AS b WHERE b.scope = a.scope);
     ELSE
       booked = fresh;
     END IF;
     IF cardinality(booked) = 0 THEN RETURN; END IF;
     RETURN QUERY
       SELECT b.bet, 'PLACED', NULL::bytea, moment, b.balance, b.yes, b.no, b.ver
         FROM markets_book(booked, wallets, moment) AS b;
   END
   $$`,

  // The rules, in the order in which a bettor is told of them.
  `CREATE FUNCTION markets_judge(
     asked markets_asked_bet[], barred text[], wallets jsonb, moment timestamptz)
   RETURNS TABLE (bet text, verdict text) LANGUAGE sql STABLE AS $$
     SELECT a.bet, CASE
         WHEN a.bet = ANY (barred) THEN 'EXCLUDED'
         WHEN m.id IS NULL THEN 'NOT_FOUND'
         WHEN moment >= m.closes_at THEN 'MARKET_CLOSED'
         WHEN a.stake < m.min_stake_minor THEN 'STAKE_TOO_SMALL'
         WHEN coalesce((wallets ->> a.account)::bigint, 0) < a.stake THEN 'INSUFFICIENT_FUNDS'
         ELSE 'PLACED'
       END
       FROM unnest(asked) AS a LEFT JOIN markets AS m ON m.id = a.market
   $$`,

  `CREATE FUNCTION markets_book(booked markets_asked_bet[], wallets jsonb, moment timestamptz)
   RETURNS TABLE (bet text, balance bigint, yes bigint, no bigint, ver bigint) LANGUAGE plpgsql AS $$
   #variable_conflict use_column
   BEGIN
     PERFORM ledger_post(array_agg(b.bet), array_agg('stake'::text), array_agg('wallet:' || b.account),
                         array_agg('pool:' || b.market), array_agg(b.stake))
       FROM unnest(booked) AS b;
     RETURN QUERY
     WITH running AS (
       SELECT b.*, (wallets ->> b.account)::bigint - b.stake AS left_over,
              m.version + 1 AS raised,
              m.pool_yes_minor + sum(CASE b.outcome WHEN 'YES' THEN b.stake ELSE 0 END) OVER so_far AS yes_now,
              m.pool_no_minor + sum(CASE b.outcome WHEN 'NO' THEN b.stake ELSE 0 END) OVER so_far AS no_now
         FROM unnest(booked) WITH ORDINALITY AS b JOIN markets AS m ON m.id = b.market
       WINDOW so_far AS (PARTITION BY b.market ORDER BY b.ordinality)
     ), raised AS (
       UPDATE markets AS m
          SET pool_yes_minor = r.yes_now, pool_no_minor = r.no_now, version = m.version + 1, changed_at = moment
         FROM (SELECT r.market, max(r.yes_now) AS yes_now, max(r.no_now) AS no_now
                 FROM running AS r GROUP BY r.market) AS r
        WHERE m.id = r.market
     ), kept AS (
       INSERT INTO bets (id, market_id, account_id, outcome, stake_minor, placed_at,
                         balance_after_minor, pool_yes_after_minor, pool_no_after_minor)
       SELECT r.bet, r.market, r.account, r.outcome, r.stake, moment, r.left_over, r.yes_now, r.no_now
         FROM running AS r
     ), audited AS (
       INSERT INTO audit_log (actor, action, subject, details, request_id)
       SELECT 'account:' || r.account, 'bet.placed', r.bet,
              jsonb_build_object('market', r.market, 'outcome', r.outcome, 'stakeMinor', r.stake::text), r.request
         FROM running AS r
     ), told AS (
       INSERT INTO outbox (kind, topic, type, data)
       SELECT 'event', 'wallet/' || r.account, 'moved',
              jsonb_build_object('entryId', r.bet, 'purpose', 'stake', 'amountMinor', (-r.stake)::text,
                                 'balanceMinor', r.left_over::text, 'currency', 'KES')
         FROM running AS r
     )
     SELECT r.bet, r.left_over, r.yes_now::bigint, r.no_now::bigint, r.raised FROM running AS r;
   END
   $$`,
];
