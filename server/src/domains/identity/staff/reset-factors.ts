import { conflict, notFound } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { findAccount } from '../accounts.ts';
import { tellEverywhere } from '../owner.ts';
import type { OwnParts } from '../parts.ts';
import { contactOfFactor, COLUMNS as FACTOR, type FactorRow } from '../second-factors/factors.ts';
import { forgetRecoveryCodes } from '../second-factors/recovery-codes.ts';
import { endTrust } from '../sessions/devices.ts';
import { revokeSessions, standingSessions } from '../sessions/sessions.ts';
import { byOf, signedIn } from '../signed-in.ts';

/**
 * For somebody who has lost every second factor. Whoever talked staff into it is found out: the owner hears of it
 * wherever they can be reached, also where the removed factors had their codes sent.
 */
export async function resetFactors(
  { platform, revocations }: OwnParts,
  { accountId, reason }: ParsedInputOf<typeof identity.resetFactors>,
  call: Call,
): Promise<OutputOf<typeof identity.resetFactors>> {
  if (accountId === signedIn(call).accountId) {
    throw conflict('accountId', 'Nobody resets their own second factors');
  }
  const { db, crypto } = platform;
  const { removed, ended } = await db.transaction(async (tx) => {
    if ((await findAccount(tx, accountId)) === undefined) {
      throw notFound('accountId', 'There is no such account');
    }
    // Holds the account: a factor that is being added is there before this, or needs its proof anew after it.
    const standing = await standingSessions(tx, { accountId });
    const { rows } = await tx.query<FactorRow>(
      `DELETE FROM second_factors WHERE account_id = $1 RETURNING ${FACTOR}`,
      [accountId],
    );
    await forgetRecoveryCodes(tx, accountId);
    await endTrust(tx, accountId);
    const also = rows.flatMap((row) => contactOfFactor(crypto, row) ?? []);
    await tellEverywhere(tx, crypto, { accountId, template: 'factorsReset', also });
    await recordAudit(tx, {
      ...byOf(call),
      action: 'factors.reset',
      subject: accountId,
      // Staff write names into reasons.
      details: { removed: rows.map(({ kind }) => kind), reason: crypto.seal(reason).toString('base64') },
    });
    return { removed: rows.length, ended: await revokeSessions(tx, revocations, standing) };
  });
  for (const id of ended) revocations.announce({ kind: 'session', id });
  return { removed, sessionsEnded: ended.length };
}
