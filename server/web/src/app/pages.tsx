import type { Role } from '@kinga/shared/contract/procedure.ts';
import type { ComponentType } from 'react';
import { BettorHome } from '../bettor/BettorHome.tsx';
import { BroadcastsPage } from '../broadcasts/BroadcastsPage.tsx';
import { Dashboard } from '../live/Dashboard.tsx';
import { OperatorHome } from '../operator/OperatorHome.tsx';
import { IdentityPage } from '../person/identity/IdentityPage.tsx';
import { OthersPage } from '../person/others/OthersPage.tsx';
import { ProtectionPage } from '../person/protection/ProtectionPage.tsx';
import { SecurityPage } from '../person/security/SecurityPage.tsx';
import { RegisterPage } from '../register/RegisterPage.tsx';

export interface Page {
  readonly id:
    | 'live'
    | 'register'
    | 'broadcasts'
    | 'home'
    | 'protection'
    | 'identity'
    | 'others'
    | 'security';
  readonly Content: ComponentType;
}

const live: Page = { id: 'live', Content: Dashboard };
const register: Page = { id: 'register', Content: RegisterPage };
const broadcasts: Page = { id: 'broadcasts', Content: BroadcastsPage };
const protection: Page = { id: 'protection', Content: ProtectionPage };
const identity: Page = { id: 'identity', Content: IdentityPage };
const others: Page = { id: 'others', Content: OthersPage };
const security: Page = { id: 'security', Content: SecurityPage };

/** What each role finds here; the first is where it arrives. */
export const PAGES: Readonly<Record<Role, readonly [Page, ...Page[]]>> = {
  admin: [live, register, broadcasts, security],
  regulator: [live, register, security],
  support: [{ id: 'home', Content: OperatorHome }, security],
  operator: [{ id: 'home', Content: OperatorHome }, security],
  bettor: [{ id: 'home', Content: BettorHome }, protection, identity, others, security],
  citizen: [protection, identity, others, security],
};
