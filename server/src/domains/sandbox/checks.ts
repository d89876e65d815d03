import type { Purpose } from '@kinga/shared/exclusions/contract.ts';
import { PURPOSES } from '@kinga/shared/exclusions/exclusion.ts';
import type { KeyActor } from '../../platform/call/actor.ts';
import { newId } from '../../platform/crypto/ids.ts';
import type { Database } from '../../platform/db/database.ts';
import { actForTenant } from '../../platform/db/tenant.ts';

export interface SandboxCheck {
  readonly id: string;
  readonly subject: Buffer;
  readonly purpose: Purpose;
  readonly answer: 'EXCLUDED' | 'CLEAR' | 'UNKNOWN' | 'FAILED';
}

const ANSWERS = { E: 'EXCLUDED', C: 'CLEAR', U: 'UNKNOWN' } as const;

/** Stands where the recorder of real checks would: what the sandbox answers is no real check. */
export class CheckCollector {
  readonly checks: SandboxCheck[] = [];

  begin(): void {}

  end(): void {}

  /** The codes are the first letters, as in a recorded check. */
  add(subject: string, purposeCode: number, answerCode: number): string {
    const purpose = PURPOSES.find((name) => name.charCodeAt(0) === purposeCode);
    const answer = ANSWERS[String.fromCharCode(answerCode) as keyof typeof ANSWERS];
    if (purpose === undefined) throw new Error('a purpose without a code');
    const id = newId('sbc');
    this.checks.push({ id, subject: Buffer.from(subject, 'latin1'), purpose, answer });
    return id;
  }
}

export function failedCheck(subject: Buffer, purpose: Purpose): SandboxCheck {
  return { id: newId('sbc'), subject, purpose, answer: 'FAILED' };
}

/** Before the answer leaves, so that whoever was answered has asked. */
export async function recordChecks(
  db: Pick<Database, 'transaction'>,
  { operatorId, keyId }: KeyActor,
  checks: readonly SandboxCheck[],
): Promise<void> {
  if (checks.length === 0) return;
  await db.transaction(async (tx) => {
    await actForTenant(tx, operatorId);
    await tx.query(
      `INSERT INTO sandbox_checks (tenant_id, key_id, id, subject, purpose, answer)
       SELECT $1, $2, * FROM unnest($3::text[], $4::bytea[], $5::text[], $6::text[])`,
      [
        operatorId,
        keyId,
        checks.map(({ id }) => id),
        checks.map(({ subject }) => subject.subarray(0, 16)),
        checks.map(({ purpose }) => purpose),
        checks.map(({ answer }) => answer),
      ],
    );
  });
}
