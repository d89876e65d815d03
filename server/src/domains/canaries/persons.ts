import { randomBytes } from 'node:crypto';
import type { Answer } from '@kinga/shared/exclusions/contract.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import type { Platform } from '../../platform/context.ts';
import { newId } from '../../platform/crypto/ids.ts';
import { ADVISORY_LOCKS } from '../../platform/db/advisory-locks.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { type Exclusions, type Registration, sealIdentifiers } from '../exclusions/index.ts';
import { keysOf } from '../identifiers/index.ts';

/** Whom the canaries' tokens belong to: a tenant like others, and no licensed operator. */
export const CANARY_OPERATOR = 'opr_canary';
const EXPECTED = ['EXCLUDED', 'EXCLUDED', 'CLEAR', 'CLEAR'] as const;

/** A person there is not, about whom the right answer is known. */
export interface Canary {
  readonly id: string;
  readonly identifier: Identifier;
  readonly expected: Answer;
}

interface CanaryRow {
  readonly id: string;
  readonly identifier: Buffer;
  readonly expected: Answer;
}

type Register = Pick<Exclusions, 'registerWithin'>;

/** The canaries of this database, made when it has none; of nodes that start at once, one makes them. */
export async function ensureCanaries(
  { db, crypto }: Pick<Platform, 'db' | 'crypto'>,
  register: Register,
): Promise<readonly Canary[]> {
  const { canaries, told } = await db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.canaries]);
    const { rows } = await tx.query<CanaryRow>('SELECT id, identifier, expected FROM canaries ORDER BY id');
    const known = rows.map(({ id, identifier, expected }) => ({
      id,
      identifier: JSON.parse(crypto.open(identifier)) as Identifier,
      expected,
    }));
    return known.length > 0 ? { canaries: known, told: [] } : await makeCanaries(tx, crypto, register);
  });
  for (const tell of told) await tell();
  return canaries;
}

interface Made {
  readonly canaries: readonly Canary[];
  /** After the commit. */
  readonly told: readonly (() => Promise<void>)[];
}

async function makeCanaries(tx: Tx, crypto: Platform['crypto'], register: Register): Promise<Made> {
  await tx.query(
    `INSERT INTO operators (id, name, licence_no, contact_email, internal)
     VALUES ($1, 'Canary persons', 'CANARY', 'nobody@kinga.invalid', true) ON CONFLICT DO NOTHING`,
    [CANARY_OPERATOR],
  );
  const canaries: Canary[] = [];
  const told: (() => Promise<void>)[] = [];
  for (const expected of EXPECTED) {
    const canary = { id: newId('cny'), identifier: newIdentifier(), expected };
    let exclusionId: string | null = null;
    if (expected === 'EXCLUDED') {
      const registered = await register.registerWithin(tx, registrationOf(crypto, canary.identifier));
      exclusionId = registered.exclusion.id;
      told.push(registered.told);
      await tx.query('UPDATE exclusions SET canary = true WHERE id = $1', [exclusionId]);
    }
    await tx.query('INSERT INTO canaries (id, identifier, expected, exclusion_id) VALUES ($1, $2, $3, $4)', [
      canary.id,
      crypto.seal(JSON.stringify(canary.identifier)),
      expected,
      exclusionId,
    ]);
    await recordAudit(tx, {
      actor: 'system',
      action: 'canary.made',
      subject: canary.id,
      details: { expected },
    });
    canaries.push(canary);
  }
  return { canaries, told };
}

/** A number that no document has: nobody is ever answered in place of a canary, nor a canary in theirs. */
function newIdentifier(): Identifier {
  return { type: 'alienId', value: `KINGACANARY${randomBytes(10).toString('hex').toUpperCase()}` };
}

function registrationOf(crypto: Platform['crypto'], identifier: Identifier): Registration {
  const keys = keysOf(crypto, [identifier], 'identifiers');
  return {
    identifiers: sealIdentifiers(crypto, keys, [identifier]),
    period: 'permanent',
    source: 'regulator',
    startsAt: undefined,
    reason: null,
    name: null,
    dateOfBirth: null,
    by: 'system',
    requestId: undefined,
    claim: undefined,
    row: undefined,
  };
}
