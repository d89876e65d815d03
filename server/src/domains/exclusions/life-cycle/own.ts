import { conflict, KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import { isPersonal } from '@kinga/shared/contract/procedure.ts';
import type { Actor } from '../../../platform/call/actor.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { OWN_PEOPLE, ownOf, type ReaderDeps } from '../register/read.ts';
import type { Cycle } from './row.ts';

/**
 * Of `exclusion_persons AS p` and `exclusions AS e`, with $1 to $3 as in register/read.ts: is this person certainly
 * the caller? What somebody else registered of themselves is not the caller's by a phone they share, or were given
 * when it was free again: they may see it, as anybody who is EXCLUDED by it, and end nothing.
 */
export const IS_CALLER = `(
  p.person_id IN (SELECT i.person_id FROM identifiers i
                   WHERE i.key = ANY($1::bytea[]) AND i.type IN ('nationalId', 'passport', 'alienId'))
  OR (p.person_id IN (${OWN_PEOPLE}) AND NOT (e.source = 'person' AND EXISTS (
    SELECT FROM accounts a WHERE e.registered_by = 'account:' || a.id AND a.role IN ('bettor', 'citizen')))))`;

/** The caller registered it of themselves. */
export const IS_REGISTRAR = `(e.source = 'person' AND e.registered_by = $3)`;

/**
 * Staff may change any; a person their own, which is to say: they registered it of themselves, or everybody it is
 * about is certainly them. One that may be about somebody else as well waits for staff to find out who is who.
 */
export async function refuseStrangers(tx: Tx, actor: Actor, cycle: Cycle, deps: ReaderDeps): Promise<void> {
  const own = await ownOf(tx, actor, deps);
  if (own === undefined) return;
  const { rows } = await tx.query<{ seen: boolean; mine: boolean }>(
    `SELECT ${IS_REGISTRAR} OR bool_or(p.person_id IN (${OWN_PEOPLE})) AS seen,
            ${IS_REGISTRAR} OR bool_and(${IS_CALLER}) AS mine
       FROM exclusions e JOIN exclusion_persons p ON p.exclusion_id = e.id WHERE e.id = $4 GROUP BY e.id`,
    [own.strong, own.weak, own.registrar, cycle.id],
  );
  const [whose] = rows;
  if (!whose?.seen) throw notFound('id', 'There is no such exclusion');
  if (!whose.mine) throw conflict('id', 'staff has to find out first whom this exclusion is about');
}

/**
 * A person's own promise is theirs to lengthen; what a family, an operator, a court or the regulator asked for
 * stays what was decided, and the person registers one of their own beside it.
 */
export function refuseThirdParty(actor: Actor, cycle: Cycle): void {
  if (actor.kind !== 'account' || !isPersonal(actor.role) || cycle.source === 'person') return;
  throw conflict('id', 'others asked for this exclusion: register one of your own beside it');
}

/** What staff may never do for a person: end their promise, or set an end to it. */
export function refuseStaff(actor: Actor, cycle: Cycle): void {
  if (actor.kind === 'account' && isPersonal(actor.role)) return;
  if (cycle.source !== 'person') return;
  throw new KingaError('FORBIDDEN', 'Only the person themselves may end their own promise');
}
