import { randomBytes } from 'node:crypto';
import { type Registration, sealMatchKeys } from '@kinga/server/domains/exclusions/register/registration.ts';
import { writeBatch } from '@kinga/server/domains/exclusions/register/write.ts';
import { isStrong, keyOf } from '@kinga/server/domains/identifiers/index.ts';
import { matchKeysOf } from '@kinga/server/domains/matching/index.ts';
import type { Crypto } from '@kinga/server/platform/crypto/crypto.ts';
import type { Database } from '@kinga/server/platform/db/database.ts';
import {
  excludedEmail,
  excludedNationalId,
  excludedPhone,
  type NamedPerson,
  namedPeople,
} from './population.ts';

const BATCH = 1_000;
/** Batches made ready while another is being written. */
const LANES = 2;
const EXCLUDED_SEED = 815;

/**
 * Fills the register with so many people through its own writer, as an import would: the chain of the log is
 * the real one. Goes on where an earlier run was interrupted. Returns whether there was anything to do.
 */
export async function seedRegister(
  db: Database,
  crypto: Crypto,
  people: number,
  progress: (done: number) => void,
): Promise<boolean> {
  const { rows } = await db.query<{ count: number }>('SELECT count(*)::float8 AS count FROM exclusions');
  let next = Math.floor((rows[0]?.count ?? 0) / BATCH) * BATCH;
  if (next >= people) return false;
  // Nobody reads the originals, and sealing each would take as long as everything else.
  const sealed = crypto.seal('somebody');
  const named = namedPeople(EXCLUDED_SEED);
  for (let skipped = 0; skipped < next; skipped++) named.next();
  const lane = async () => {
    while (next < people) {
      const from = next;
      next += BATCH;
      const batch = Array.from({ length: Math.min(BATCH, people - from) }, (_, i) =>
        registration(crypto, { index: from + i, person: named.next().value, sealed }),
      );
      await db.transaction((tx) => writeBatch(tx, batch, { crypto, toConfirm: async () => [] }));
      progress(from + batch.length);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return true;
}

function registration(
  crypto: Crypto,
  { index, person, sealed }: { index: number; person: NamedPerson; sealed: Buffer },
): Registration {
  const keys = [
    keyOf(crypto, 'nationalId', excludedNationalId(index)),
    keyOf(crypto, 'phone', excludedPhone(index)),
    keyOf(crypto, 'email', excludedEmail(index)),
  ];
  const identifiers = keys.map(({ type, key }) => ({
    type,
    strong: isStrong(type),
    key,
    hex: key.toString('hex'),
    original: sealed,
  }));
  const matchKeys = sealMatchKeys(matchKeysOf(crypto, { ...person, identifiers: keys }));
  return {
    identifiers: [...identifiers, ...matchKeys],
    period: index % 3 === 0 ? 'permanent' : '1y',
    source: 'person',
    startsAt: undefined,
    reason: null,
    name: sealed,
    dateOfBirth: sealed,
    by: 'system',
    requestId: undefined,
    claim: undefined,
    row: { reference: `BENCH-${index}`, digest: randomBytes(16) },
  };
}
