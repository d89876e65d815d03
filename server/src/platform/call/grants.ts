import type { Access, Role } from '@kinga/shared/contract/procedure.ts';
import type { AccountActor } from './actor.ts';

/**
 * Port: what is granted beyond the contract. May throw UNAVAILABLE: a grant is known, and whether it still
 * stands is not.
 */
export interface Grants {
  allows(name: string, actor: AccountActor): boolean;
}

export const NO_GRANTS: Grants = { allows: () => false };

/** Something that can be called or watched, under the name it is granted by. */
export interface Guarded {
  readonly name: string;
  readonly access: Access;
  /** False: for the roles that the contract names and for nobody else. */
  readonly grantable?: false | undefined;
}

const STAFF: readonly Role[] = ['admin', 'regulator', 'support'];

/** Only accounts of staff are granted anything. */
export function isStaff(role: Role): boolean {
  return STAFF.includes(role);
}

/** What staff may do and others may be granted: never what is public, or somebody's own. */
export function isGrantable({ access, grantable }: Pick<Guarded, 'access' | 'grantable'>): boolean {
  if (grantable === false || typeof access === 'string') return false;
  return access.roles?.some((role) => role === 'admin' || role === 'regulator') ?? false;
}
