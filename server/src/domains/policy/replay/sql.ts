import { LIFTED_AS_NOTHING } from '@kinga/shared/exclusions/exclusion.ts';

/** What a promise of this period would have come to under the version's rules; infinity: until it is lifted. */
const ENDS_UNDER_VERSION = `
  CASE WHEN r.stays OR (r.hours IS NULL AND r.months IS NULL) THEN 'infinity'::timestamptz
       WHEN q.given_end IS NOT NULL THEN q.given_end
       WHEN r.hours IS NOT NULL THEN q.starts_at + make_interval(hours => r.hours)
       ELSE ((q.starts_at AT TIME ZONE 'Africa/Nairobi') + make_interval(months => r.months))
            AT TIME ZONE 'Africa/Nairobi' END`;

/**
 * What was promised of exclusion e up to the entry the check knew of: at its registration, and by each extension.
 * The end of a cycle that was not to be renewed again is the person's own choice.
 */
const PROMISES = `
  SELECT coalesce((SELECT t.period_before FROM exclusion_terms t WHERE t.exclusion_id = e.id
                   ORDER BY t.seq LIMIT 1), e.period) AS period,
         e.starts_at, NULL::timestamptz AS given_end
  UNION ALL
  SELECT t.period, t.term_starts_at, CASE WHEN t.change = 'renewalOff' THEN t.ends_at END
  FROM exclusion_terms t
  WHERE t.exclusion_id = e.id AND t.seq <= p.seq AND t.change IN ('extended', 'renewalOff')`;

/** Of a split one: as much of the register as the one it was split from, which is known by the first entry of all. */
const KNOWN = `(seq <= p.seq OR (split_from IS NOT NULL AND p.seq >= (
  SELECT first.seq FROM exclusions first WHERE first.id = own.split_from)))`;

/** What never should have been leaves no quiet days behind. */
const WAS_NOTHING = `coalesce(e.lift_reason IN ('${LIFTED_AS_NOTHING.join("', '")}'), false)`;

const RENEWING = `coalesce((SELECT t.renews FROM exclusion_terms t WHERE t.exclusion_id = e.id AND t.seq <= p.seq
                            ORDER BY t.seq DESC LIMIT 1), false)`;

/**
 * The register's own tables, read as they are: an index leads from the keys of a page to all that is known of them.
 *
 * $1, $2: ids from and before; $3-$6: the period rules of the version; $7: its reuse by purpose; $8-$11: what was
 * in force when, by purpose; $12: how many examples; $13: the quiet days of $8-$10; $14: those of the version. Who was
 * excluded until less than so many days before is answered as if they still were: `was_since`, `would_since`.
 *
 * A check that was made just when something began was answered by the latest it could be, so an exclusion that
 * began with its registration counts from the entry on, and an identifier a moment before its own time.
 */
export const REPLAY_SQL = `
  WITH page AS MATERIALIZED (
    SELECT c.id, c.purpose::text AS purpose, c.answer::text AS answer, c.seq, c.at,
           uuid_send(c.subject) AS key, v.reuse AS was_reuse, ($7::jsonb ->> c.purpose::text)::int AS reuse,
           c.at - make_interval(hours => 24 * v.quiet) AS was_since,
           c.at - make_interval(hours => CASE WHEN c.purpose = 'm' THEN 24 * $14::int ELSE 0 END) AS would_since
    FROM checks c
    LEFT JOIN unnest($8::timestamptz[], $9::timestamptz[], $10::text[], $11::int[], $13::int[])
      AS v (since, until, purpose, reuse, quiet)
      ON v.purpose = c.purpose::text AND c.at >= v.since AND c.at < v.until
    WHERE c.id >= $1::uuid AND c.id < $2::uuid AND c.key_no <> 0
  ), known AS (
    SELECT p.id, e.starts_at > p.at AND e.starts_at > e.registered_at AS is_pending, e.starts_at,
           e.in_force_until IS NULL OR e.in_force_until > p.at
             OR (e.in_force_until > p.was_since AND e.starts_at < e.in_force_until AND NOT ${WAS_NOTHING}) AS was,
           CASE WHEN e.lifted_at <= p.would_since THEN NULL
                WHEN e.lifted_at <= p.at AND (e.lifted_at <= e.starts_at OR ${WAS_NOTHING}) THEN NULL
                WHEN ${RENEWING} THEN e.period
                ELSE (SELECT q.period FROM (${PROMISES}) AS q
                      JOIN unnest($3::text[], $4::int[], $5::int[], $6::boolean[])
                        AS r (period, hours, months, stays) ON r.period = q.period
                      WHERE (q.starts_at <= p.at OR q.starts_at <= e.registered_at)
                        AND ${ENDS_UNDER_VERSION} > p.would_since LIMIT 1) END AS would
    FROM page p
    CROSS JOIN LATERAL (SELECT person_id FROM identifiers
                        WHERE key = p.key AND created_at <= p.at + interval '1 second' OFFSET 0) AS i
    CROSS JOIN LATERAL (SELECT exclusion_id FROM exclusion_persons WHERE person_id = i.person_id
                        OFFSET 0) AS x
    CROSS JOIN LATERAL (SELECT * FROM exclusions own WHERE id = x.exclusion_id AND ${KNOWN} OFFSET 0) AS e
  ), told AS (
    SELECT id, coalesce(bool_or(was) FILTER (WHERE NOT is_pending), false) AS was,
           min(would) FILTER (WHERE NOT is_pending) AS would,
           min(starts_at) FILTER (WHERE is_pending AND was) AS pending
    FROM known GROUP BY id
  ), judged AS (
    SELECT p.id, p.purpose, p.answer, p.at, p.was_reuse, p.reuse, t.would,
           p.answer <> 'U' AND coalesce(t.was, false) <> (p.answer = 'E') AS is_unexplained,
           p.answer <> 'U' AND (t.would IS NOT NULL) <> (p.answer = 'E') AS has_other_status,
           p.answer <> 'U' AND p.reuse <> p.was_reuse
             AND (t.pending IS NULL OR t.pending > p.at + make_interval(secs => least(p.reuse, p.was_reuse)))
             AS has_other_reuse
    FROM page p LEFT JOIN told t USING (id)
  ), verdicts AS MATERIALIZED (
    SELECT *, NOT is_unexplained AND (has_other_status OR has_other_reuse) AS differs FROM judged
  )
  SELECT
    (SELECT coalesce(json_agg(s), '[]') FROM (
       SELECT purpose, count(*)::int AS examined, count(*) FILTER (WHERE differs)::int AS differing,
              count(*) FILTER (WHERE is_unexplained)::int AS unexplained
       FROM verdicts GROUP BY purpose) AS s) AS totals,
    (SELECT coalesce(json_agg(s), '[]') FROM (
       SELECT replace(id::text, '-', '') AS id, purpose, answer, would, has_other_status, was_reuse, reuse,
              (extract(epoch FROM at) * 1000)::float8 AS at_ms
       FROM verdicts WHERE differs ORDER BY id LIMIT $12) AS s) AS examples`;

/** More than so many are a page too large: it is halved, so that nothing has to be sorted. */
export const COUNT_SQL = `
  SELECT count(*)::int AS count
  FROM (SELECT FROM checks WHERE id >= $1::uuid AND id < $2::uuid LIMIT $3) AS found`;

/**
 * From the rows of a page to what belongs to them by index, whether or not somebody has counted the tables yet; each
 * step of the replay that ends with OFFSET 0 is such a lookup.
 */
export const PLAN_SQL = 'SET LOCAL enable_seqscan = off; SET LOCAL jit = off';
