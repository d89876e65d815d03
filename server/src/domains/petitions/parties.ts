import { KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import { isPersonal } from '@kinga/shared/contract/procedure.ts';
import type { AccountActor } from '../../platform/call/actor.ts';
import type { Call } from '../../platform/call/handler.ts';
import { actForEveryTenant, actForTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { isStrong } from '../identifiers/index.ts';
import type { AccountKeys } from './context.ts';
import type { PetitionRow } from './store.ts';

/** What somebody is to a petition; nobody at all is told that there is none. */
export interface Relation {
  readonly staff: boolean;
  readonly petitioner: boolean;
  readonly person: boolean;
}

export function accountOf({ actor }: Call): AccountActor {
  if (actor.kind !== 'account') throw new KingaError('FORBIDDEN', 'Only accounts petition');
  return actor;
}

/** An operator's staff see the petitions of their operator and of nobody else, whatever a statement says. */
export async function actAs(tx: Tx, actor: AccountActor): Promise<void> {
  if (actor.role !== 'operator') return actForEveryTenant(tx);
  if (actor.operatorId === null) throw new KingaError('FORBIDDEN', 'The account belongs to no operator');
  return actForTenant(tx, actor.operatorId);
}

/** Support too, as far as a procedure was granted to it: without the grant it does not come this far. */
export function isStaff({ role }: AccountActor): boolean {
  return role !== 'operator' && !isPersonal(role);
}

export async function relationOf(
  tx: Tx,
  accountKeys: AccountKeys,
  { petition, actor }: { petition: PetitionRow; actor: AccountActor },
): Promise<Relation> {
  const petitioner =
    actor.role === 'operator'
      ? petition.tenant_id !== null && petition.tenant_id === actor.operatorId
      : petition.filed_by === actor.accountId;
  const person = isPersonal(actor.role) && (await isAbout(tx, accountKeys, { petition, actor }));
  return { staff: isStaff(actor), petitioner, person: person && isKnownToThePerson(petition) };
}

/** Before the notice the person has no part in it, unless they are excluded already. */
function isKnownToThePerson(petition: PetitionRow): boolean {
  return petition.notice_served_at !== null || petition.exclusion_id !== null;
}

/** By the rule of ABOUT; family may share a phone with whom they ask to be excluded. */
export async function isAbout(
  tx: Tx,
  accountKeys: AccountKeys,
  { petition, actor }: { petition: PetitionRow; actor: AccountActor },
): Promise<boolean> {
  const { strong, weak } = await ownKeys(tx, accountKeys, actor);
  const { rows } = await tx.query<{ about: boolean }>(
    `SELECT EXISTS (SELECT FROM petitions p WHERE p.id = $3 AND ${ABOUT}) AS about`,
    [strong, weak, petition.id],
  );
  return rows[0]?.about ?? false;
}

/** `petitions p` about whoever has the strong keys $1 and the weak keys $2: a shared phone alone does not make it one's own. */
export const ABOUT = `EXISTS (
  SELECT FROM petition_identifiers i WHERE i.petition_id = p.id AND (
    (i.key = ANY($1::bytea[]) AND i.type IN ('nationalId', 'passport', 'alienId'))
    OR (i.key = ANY($2::bytea[]) AND NOT EXISTS (
      SELECT FROM petition_identifiers s
      WHERE s.petition_id = p.id AND s.type IN ('nationalId', 'passport', 'alienId')))))`;

export async function ownKeys(
  tx: Tx,
  accountKeys: AccountKeys,
  actor: AccountActor,
): Promise<{ strong: Buffer[]; weak: Buffer[] }> {
  const keys = await accountKeys(tx, actor.accountId);
  return {
    strong: keys.filter(({ type }) => isStrong(type)).map(({ key }) => key),
    weak: keys.filter(({ type }) => !isStrong(type)).map(({ key }) => key),
  };
}

export function unknownPetition(): KingaError {
  return notFound('id', 'There is no such petition');
}
