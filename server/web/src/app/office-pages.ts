import { AlertsPage } from '../alerts/AlertsPage.tsx';
import { BroadcastsPage } from '../broadcasts/BroadcastsPage.tsx';
import { Dashboard } from '../live/Dashboard.tsx';
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
import type { Page, Pages } from './pages.ts';

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
const security: Page = { id: 'security', Content: SecurityPage, group: 'office' };

const tended = [exclusions, people, petitions, statistics, policy, operators, applications] as const;
const supervision = [live, propagation, alerts, register, ...tended] as const;

export const OFFICE_PAGES: Readonly<Record<'admin' | 'regulator' | 'support', Pages>> = {
  admin: [...supervision, accounts, permissions, broadcasts, security],
  regulator: [...supervision, permissions, security],
  // May only what is granted; a page says so where nothing is.
  support: [alerts, ...tended, accounts, security],
};
