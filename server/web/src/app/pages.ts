import type { ContractTopic, ProcedureName } from '@kinga/shared/contract.ts';
import type { ComponentType } from 'react';
import type { Session } from '../session/session.ts';

/** Many pages stand in groups, beside the content; few in a row above it. */
export type Group = 'now' | 'register' | 'operators' | 'office' | 'own';

export interface Page {
  readonly id:
    | 'live'
    | 'propagation'
    | 'alerts'
    | 'register'
    | 'exclusions'
    | 'people'
    | 'petitions'
    | 'statistics'
    | 'operators'
    | 'applications'
    | 'policy'
    | 'accounts'
    | 'permissions'
    | 'broadcasts'
    | 'home'
    | 'keys'
    | 'tokens'
    | 'webhook'
    | 'figures'
    | 'performance'
    | 'conformance'
    | 'audit'
    | 'staff'
    | 'protection'
    | 'identity'
    | 'others'
    | 'security';
  readonly Content: ComponentType;
  readonly group?: Group;
  /** What it asks for first. Whoever is granted one of these finds the page beside those of their role. */
  readonly needs?: readonly (ProcedureName | ContractTopic['pattern'])[];
  /** Reached by a link of another page only, and says there that it may not be seen. */
  readonly isHidden?: true;
}

export type Pages = readonly [Page, ...Page[]];

/**
 * What each role finds here; the first is where it arrives. Loaded with the sign-in: nobody's phone carries the
 * pages of an office it does not work in.
 */
export async function pagesOf({ hub, account: { role } }: Session): Promise<Pages> {
  if (role === 'bettor' || role === 'citizen') return (await import('./person-pages.ts')).PERSON_PAGES[role];
  if (role === 'operator') return (await import('./operator-pages.ts')).OPERATOR_PAGES;
  const { officePages } = await import('./office-pages.ts');
  return officePages(role, (await hub.identity.granted({})).items);
}
