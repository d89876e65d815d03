import { KingaError } from '@kinga/shared/contract/errors.ts';
import { isPersonal } from '@kinga/shared/contract/procedure.ts';
import type { Actor } from '../../../platform/call/actor.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { OWN_PEOPLE, ownOf, type ReaderDeps } from '../register/read.ts';
import { type Cycle, conflict, notFound } from './row.ts';

/**
 * Staff may change any; a person their own, which is to say: they registered it of themselves, or everybody it is
 * about is certainly them. One that is about somebody else as well waits for staff to find out who is who.
 */
export async function refuseStrangers(tx: Tx, actor: Actor, cycle: Cycle, deps: ReaderDeps): Promise<void> {
  const whose = await whoseIs(tx, actor, cycle, deps);
  if (whose === 'another') throw notFound();
  if (whose === 'shared') throw conflict('id', 'staff has to find out first whom this exclusion is about');
}

export type Whose = 'anybody' | 'own' | 'shared' | 'another';

export async function whoseIs(
  tx: Tx,
  actor: Actor,
  cycle: Pick<Cycle, 'id' | 'source' | 'registeredBy'>,
  deps: ReaderDeps,
): Promise<Whose> {
  const own = await ownOf(tx, actor, deps);
  if (own === undefined) return 'anybody';
  if (cycle.source === 'person' && cycle.registeredBy === own.registrar) return 'own';
  const { rows } = await tx.query<{ mine: number; people: number }>(
    `SELECT count(*)::int AS people, (count(*) FILTER (WHERE p.person_id IN (${OWN_PEOPLE})))::int AS mine
       FROM exclusion_persons p WHERE p.exclusion_id = $3`,
    [own.strong, own.weak, cycle.id],
  );
  const { mine = 0, people = 0 } = rows[0] ?? {};
  if (mine === 0) return 'another';
  return mine === people ? 'own' : 'shared';
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
