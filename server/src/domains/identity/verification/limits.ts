import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';

/** How often something may be tried within an hour, counted by every node together. */
export interface HourlyLimit {
  readonly name: string;
  readonly max: number;
  readonly message: string;
}

export const LIMITS = {
  /** Of one asker to one contact: what strangers elsewhere ask for is not taken from its owner. */
  codesPerContact: { name: 'code', max: 5, message: 'Too many codes were sent there; wait a while' },
  /** Of everybody together to one contact, so that nobody is flooded with messages. */
  codesPerContactOfAll: {
    name: 'code-all',
    max: 20,
    message: 'Too many codes were sent there; wait a while',
  },
  /** Of strangers from one address, or of one account. */
  codesPerAsker: { name: 'code-asker', max: 50, message: 'Too many codes were asked for' },
  /** Apart from the others: what a stranger has sent to a phone must not keep its owner from signing in. */
  codesPerFactor: { name: 'code-factor', max: 5, message: 'Too many codes were sent there; wait a while' },
  /** Wrong second factors of one account. Whoever gets here has the password. */
  secondFactor: { name: 'second-factor', max: 10, message: 'Too many wrong codes; wait a while' },
  nationalId: { name: 'national-id', max: 5, message: 'Too many attempts to prove a national ID' },
} as const satisfies Record<string, HourlyLimit>;

const HOUR_MS = 3_600_000;

/**
 * Counts one attempt, or throws RATE_LIMITED when the last hour has had enough. The row stays locked to the end
 * of the transaction, so attempts of one scope come one after the other.
 */
export async function spend(tx: Tx, crypto: Crypto, limit: HourlyLimit, who: string): Promise<void> {
  const scope = scopeOf(crypto, limit, who);
  const { rows } = await tx.query<{ ages: number[] }>(
    `INSERT INTO limited_attempts AS a (scope, times, forget_at)
     VALUES ($1, '{}', clock_timestamp() + interval '1 hour')
     ON CONFLICT (scope) DO UPDATE SET forget_at = excluded.forget_at
     RETURNING ARRAY(SELECT (extract(epoch FROM clock_timestamp() - t) * 1000)::float8
                     FROM unnest(a.times) AS t WHERE t > statement_timestamp() - interval '1 hour' ORDER BY t) AS ages`,
    [scope],
  );
  const ages = rows[0]?.ages ?? [];
  const oldest = ages.at(-limit.max);
  if (ages.length >= limit.max && oldest !== undefined) {
    throw new KingaError('RATE_LIMITED', limit.message, {
      retryAfterMs: Math.max(1, Math.ceil(HOUR_MS - oldest)),
    });
  }
  await tx.query(
    `UPDATE limited_attempts
     SET times = ARRAY(SELECT t FROM unnest(times) AS t WHERE t > statement_timestamp() - interval '1 hour')
                 || clock_timestamp()
     WHERE scope = $1`,
    [scope],
  );
}

/** Takes the last one back: it was right, or nobody could judge it. */
export async function refund(tx: Tx, crypto: Crypto, limit: HourlyLimit, who: string): Promise<void> {
  await tx.query(
    'UPDATE limited_attempts SET times = times[1:cardinality(times) - 1] WHERE scope = $1 AND cardinality(times) > 0',
    [scopeOf(crypto, limit, who)],
  );
}

/** A few at a time, by whoever comes by. */
export async function forgetOld(tx: Tx): Promise<void> {
  await tx.query(
    `DELETE FROM limited_attempts WHERE scope IN (
       SELECT scope FROM limited_attempts WHERE forget_at < clock_timestamp() LIMIT 20 FOR UPDATE SKIP LOCKED)`,
  );
}

function scopeOf(crypto: Crypto, limit: HourlyLimit, who: string): string {
  return crypto.digest('limited-attempts', `${limit.name}:${who}`);
}
