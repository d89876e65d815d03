import type { Role } from '@kinga/shared/contract/procedure.ts';
import type { ComponentType } from 'react';
import { AlertsPage } from '../alerts/AlertsPage.tsx';
import { BettorHome } from '../bettor/BettorHome.tsx';
import { BroadcastsPage } from '../broadcasts/BroadcastsPage.tsx';
import { Dashboard } from '../live/Dashboard.tsx';
import { ConformancePage } from '../operator/ConformancePage.tsx';
import { OperatorHome } from '../operator/OperatorHome.tsx';
import { OperatorPetitionsPage } from '../operator/PetitionsPage.tsx';
import { AuditPage, FiguresPage, KeysPage, PerformancePage, WebhookPage } from '../operator/pages.tsx';
import { StaffPage } from '../operator/StaffPage.tsx';
import { TokensPage } from '../operator/tokens/TokensPage.tsx';
import { IdentityPage } from '../person/identity/IdentityPage.tsx';
import { OthersPage } from '../person/others/OthersPage.tsx';
import { ProtectionPage } from '../person/protection/ProtectionPage.tsx';
import { SecurityPage } from '../person/security/SecurityPage.tsx';
import { PolicyPage } from '../policy/PolicyPage.tsx';
import { PropagationPage } from '../propagation/PropagationPage.tsx';
import { RegisterPage } from '../register/RegisterPage.tsx';
import { AccountsPage } from '../staff/accounts/AccountsPage.tsx';
import { PermissionsPage } from '../staff/accounts/PermissionsPage.tsx';
import { ExclusionsPage } from '../staff/exclusions/ExclusionsPage.tsx';
import { StatisticsPage } from '../staff/figures/StatisticsPage.tsx';
import { ApplicationsPage } from '../staff/operators/ApplicationsPage.tsx';
import { OperatorsPage } from '../staff/operators/OperatorsPage.tsx';
import { PeoplePage } from '../staff/people/PeoplePage.tsx';
import { PetitionsPage } from '../staff/petitions/PetitionsPage.tsx';

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

const live: Page = { id: 'live', Content: Dashboard, group: 'now' };
const propagation: Page = { id: 'propagation', Content: PropagationPage, group: 'now' };
const alerts: Page = { id: 'alerts', Content: AlertsPage, group: 'now' };
const register: Page = { id: 'register', Content: RegisterPage, group: 'register' };
const exclusions: Page = { id: 'exclusions', Content: ExclusionsPage, group: 'register' };
const people: Page = { id: 'people', Content: PeoplePage, group: 'register' };
const petitions: Page = { id: 'petitions', Content: PetitionsPage, group: 'register' };
const statistics: Page = { id: 'statistics', Content: StatisticsPage, group: 'register' };
const policy: Page = { id: 'policy', Content: PolicyPage, group: 'register' };
const operators: Page = { id: 'operators', Content: OperatorsPage, group: 'operators' };
const applications: Page = { id: 'applications', Content: ApplicationsPage, group: 'operators' };
const accounts: Page = { id: 'accounts', Content: AccountsPage, group: 'office' };
const permissions: Page = { id: 'permissions', Content: PermissionsPage, group: 'office' };
const broadcasts: Page = { id: 'broadcasts', Content: BroadcastsPage, group: 'office' };
const protection: Page = { id: 'protection', Content: ProtectionPage };
const identity: Page = { id: 'identity', Content: IdentityPage };
const others: Page = { id: 'others', Content: OthersPage };
const security: Page = { id: 'security', Content: SecurityPage };
const staffSecurity: Page = { ...security, group: 'office' };

const supervision = [
  live,
  propagation,
  alerts,
  register,
  exclusions,
  people,
  petitions,
  statistics,
  policy,
  operators,
  applications,
] as const;

/** What each role finds here; the first is where it arrives. */
export const PAGES: Readonly<Record<Role, readonly [Page, ...Page[]]>> = {
  admin: [...supervision, accounts, permissions, broadcasts, staffSecurity],
  regulator: [...supervision, permissions, staffSecurity],
  // May only what is granted; a page says so where nothing is.
  support: [
    alerts,
    exclusions,
    people,
    petitions,
    statistics,
    policy,
    operators,
    applications,
    accounts,
    staffSecurity,
  ],
  operator: [
    { id: 'home', Content: OperatorHome, group: 'own' },
    { id: 'petitions', Content: OperatorPetitionsPage, group: 'own' },
    { id: 'keys', Content: KeysPage, group: 'own' },
    { id: 'tokens', Content: TokensPage, group: 'own' },
    { id: 'webhook', Content: WebhookPage, group: 'own' },
    { id: 'conformance', Content: ConformancePage, group: 'own' },
    { id: 'figures', Content: FiguresPage, group: 'own' },
    { id: 'performance', Content: PerformancePage, group: 'own' },
    { id: 'staff', Content: StaffPage, group: 'own' },
    { id: 'audit', Content: AuditPage, group: 'own' },
    { ...security, group: 'own' },
  ],
  bettor: [{ id: 'home', Content: BettorHome }, protection, identity, others, security],
  citizen: [protection, identity, others, security],
};
