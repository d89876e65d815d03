import type { Role } from '@kinga/shared/contract/procedure.ts';
import type { ComponentType } from 'react';

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
}

export type Pages = readonly [Page, ...Page[]];

/**
 * What each role finds here; the first is where it arrives. Loaded with the sign-in: nobody's phone carries the
 * pages of an office it does not work in.
 */
export async function pagesOf(role: Role): Promise<Pages> {
  if (role === 'bettor' || role === 'citizen') return (await import('./person-pages.ts')).PERSON_PAGES[role];
  if (role === 'operator') return (await import('./operator-pages.ts')).OPERATOR_PAGES;
  return (await import('./office-pages.ts')).OFFICE_PAGES[role];
}
