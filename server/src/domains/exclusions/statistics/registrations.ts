import { setImmediate as breath } from 'node:timers/promises';
import type { Period, Source } from '@kinga/shared/exclusions/contract.ts';
import { AGE_BANDS, AGES_MAX, type AgeBand } from '@kinga/shared/exclusions/statistics.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { KENYA_ZONE } from '../rules/period.ts';
import { countChecked } from './checked.ts';
import type { Days } from './days.ts';

export interface Registered {
  readonly day: string;
  readonly period: Period;
  readonly source: Source;
  readonly registrations: number;
}

export async function readRegistrations(tx: Tx, { begins, ends }: Days): Promise<Registered[]> {
  const { rows } = await tx.query<Registered>(
    `SELECT (registered_at AT TIME ZONE '${KENYA_ZONE}')::date::text AS day, period, source,
            count(*)::float8 AS registrations
       FROM exclusions WHERE registered_at >= $1 AND registered_at < $2 AND NOT canary GROUP BY 1, 2, 3`,
    [begins, ends],
  );
  return rows;
}

export async function readStanding(tx: Tx): Promise<{ active: number; pending: number; ended: number }> {
  const { rows } = await tx.query<{ active: number; pending: number; ended: number }>(
    `SELECT (count(*) FILTER (WHERE over))::float8 AS ended,
            (count(*) FILTER (WHERE NOT over AND begun))::float8 AS active,
            (count(*) FILTER (WHERE NOT over AND NOT begun))::float8 AS pending
       FROM (SELECT starts_at <= statement_timestamp() AS begun,
                    coalesce(in_force_until <= statement_timestamp(), false) AS over FROM exclusions WHERE NOT canary) AS e`,
  );
  return rows[0] ?? { active: 0, pending: 0, ended: 0 };
}

/** A date is opened in a few microseconds, and lookups wait for no statistics. */
const OPENED_AT_ONCE = 250;

/** Dates of birth are sealed: they are opened one by one, counted, and leave no trace but the count. */
export async function countAgeBands(tx: Tx, crypto: Crypto, { begins, ends }: Days) {
  const { rows } = await tx.query<{ born: Buffer | null; year: number }>(
    `SELECT p.date_of_birth AS born,
            extract(year FROM e.registered_at AT TIME ZONE '${KENYA_ZONE}')::int AS year
       FROM (SELECT id, registered_at FROM exclusions
              WHERE registered_at >= $1 AND registered_at < $2 AND NOT canary
              ORDER BY registered_at DESC LIMIT ${AGES_MAX}) AS e
       CROSS JOIN LATERAL (SELECT person_id FROM exclusion_persons WHERE exclusion_id = e.id
                            ORDER BY person_id LIMIT 1) AS first
       JOIN persons AS p ON p.id = first.person_id`,
    [begins, ends],
  );
  const found = new Map<AgeBand, number>();
  for (let at = 0; at < rows.length; at += OPENED_AT_ONCE) {
    for (const { born, year } of rows.slice(at, at + OPENED_AT_ONCE)) {
      const band = bandOf(born === null ? undefined : crypto.open(born), year);
      found.set(band, (found.get(band) ?? 0) + 1);
    }
    await breath();
  }
  return AGE_BANDS.map((ageBand) => ({ ageBand, registrations: found.get(ageBand) ?? 0 }));
}

/** By the year, which is often all that is known of a date. */
function bandOf(born: string | undefined, year: number): AgeBand {
  const age = year - Number(born?.slice(0, 4) ?? Number.NaN);
  if (Number.isNaN(age) || age < 0 || age > 120) return 'unknown';
  if (age < 18) return 'under18';
  if (age < 25) return '18-24';
  if (age < 35) return '25-34';
  if (age < 45) return '35-44';
  if (age < 55) return '45-54';
  return age < 65 ? '55-64' : '65+';
}

/** As the nightly job counted them; the days it has not been to are counted at once, where they are recent. */
export async function readChecked(
  tx: Tx,
  days: Days,
  recent: readonly string[],
): Promise<{ registrations: number; checked: Map<string, number> }> {
  const { rows: totals } = await tx.query<{ registrations: number }>(
    `SELECT count(*)::float8 AS registrations FROM exclusions
      WHERE registered_at >= $1 AND registered_at < $2 AND registered_by <> 'import'
        AND NOT canary`,
    [days.begins, days.ends],
  );
  const { rows } = await tx.query<{ operator_id: string; checked: number }>(
    `SELECT breakdown AS operator_id, sum(value)::float8 AS checked FROM daily_statistics
      WHERE metric = 'registrationsChecked' AND day BETWEEN $1 AND $2 AND NOT day::text = ANY($3::text[])
      GROUP BY breakdown`,
    [days.from, days.to, recent],
  );
  const checked = new Map(rows.map(({ operator_id, checked: value }) => [operator_id, value]));
  for (const day of recent) {
    for (const [operatorId, value] of await countChecked(tx, day))
      checked.set(operatorId, (checked.get(operatorId) ?? 0) + value);
  }
  return { registrations: totals[0]?.registrations ?? 0, checked };
}
