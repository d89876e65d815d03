import { randomBytes } from 'node:crypto';
import type { Registration } from '@kinga/server/domains/exclusions/register/registration.ts';
import { writeBatch } from '@kinga/server/domains/exclusions/register/write.ts';
import type { Crypto } from '@kinga/server/platform/crypto/crypto.ts';
import type { Database } from '@kinga/server/platform/db/database.ts';
import { excludedNationalId, excludedPhone } from './population.ts';

const BATCH = 1_000;
/** Batches made ready while another is being written. */
const LANES = 2;

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
  const lane = async () => {
    while (next < people) {
      const from = next;
      next += BATCH;
      const batch = Array.from({ length: Math.min(BATCH, people - from) }, (_, i) =>
        registration(crypto, from + i, sealed),
      );
      await db.transaction((tx) => writeBatch(tx, batch, { crypto, toConfirm: async () => [] }));
      progress(from + batch.length);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return true;
}

function registration(crypto: Crypto, index: number, original: Buffer): Registration {
  const identifier = (type: 'nationalId' | 'phone', canonical: string) => {
    const key = crypto.identifierKey(type, canonical);
    return { type, strong: type === 'nationalId', key, hex: key.toString('hex'), original };
  };
  return {
    identifiers: [
      identifier('nationalId', excludedNationalId(index)),
      identifier('phone', excludedPhone(index)),
    ],
    period: index % 3 === 0 ? 'permanent' : '1y',
    source: 'person',
    startsAt: undefined,
    reason: null,
    name: null,
    dateOfBirth: null,
    by: 'system',
    requestId: undefined,
    claim: undefined,
    row: { reference: `BENCH-${index}`, digest: randomBytes(16) },
  };
}
