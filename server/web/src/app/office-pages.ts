import type { Role } from '@kinga/shared/contract/procedure.ts';
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
import { NothingGranted } from '../staff/NothingGranted.tsx';
import { ApplicationsPage } from '../staff/operators/ApplicationsPage.tsx';
import { OperatorsPage } from '../staff/operators/OperatorsPage.tsx';
import { PeoplePage } from '../staff/people/PeoplePage.tsx';
import { PetitionsPage } from '../staff/petitions/PetitionsPage.tsx';
import type { Page, Pages } from './pages.ts';

const live: Page = { id: 'live', Content: Dashboard, group: 'now', needs: ['monitoring/live'] };
const propagation: Page = {
  id: 'propagation',
  Content: PropagationPage,
  group: 'now',
  needs: ['monitoring/propagation'],
};
const alerts: Page = { id: 'alerts', Content: AlertsPage, group: 'now', needs: ['alerts.list'] };
const register: Page = {
  id: 'register',
  Content: RegisterPage,
  group: 'register',
  needs: ['exclusions.register'],
};
const exclusions: Page = {
  id: 'exclusions',
  Content: ExclusionsPage,
  group: 'register',
  needs: ['exclusions.list'],
};
const people: Page = {
  id: 'people',
  Content: PeoplePage,
  group: 'register',
  needs: ['exclusions.findPeople', 'exclusions.listForReview'],
};
const petitions: Page = {
  id: 'petitions',
  Content: PetitionsPage,
  group: 'register',
  needs: ['petitions.list'],
};
const statistics: Page = {
  id: 'statistics',
  Content: StatisticsPage,
  group: 'register',
  needs: ['exclusions.statistics', 'exclusions.report'],
};
const policy: Page = { id: 'policy', Content: PolicyPage, group: 'register' };
const operators: Page = {
  id: 'operators',
  Content: OperatorsPage,
  group: 'operators',
  needs: ['operators.list'],
};
const applications: Page = {
  id: 'applications',
  Content: ApplicationsPage,
  group: 'operators',
  needs: ['operators.listApplications'],
};
const accounts: Page = {
  id: 'accounts',
  Content: AccountsPage,
  group: 'office',
  needs: ['identity.searchAccounts'],
};
const permissions: Page = {
  id: 'permissions',
  Content: PermissionsPage,
  group: 'office',
  needs: ['identity.permissions'],
};
const broadcasts: Page = {
  id: 'broadcasts',
  Content: BroadcastsPage,
  group: 'office',
  needs: ['broadcasts.send'],
};
const security: Page = { id: 'security', Content: SecurityPage, group: 'office' };

const tended = [exclusions, people, petitions, statistics, policy, operators, applications] as const;
const supervision = [live, propagation, alerts, register, ...tended] as const;
const everything = [...supervision, accounts, permissions, broadcasts, security] as const;

type OfficeRole = Extract<Role, 'admin' | 'regulator' | 'support'>;

const OWN: Readonly<Record<OfficeRole, readonly Page[]>> = {
  admin: everything,
  regulator: [...supervision, permissions, security],
  support: [policy, security],
};

/** Where support arrives as long as nothing that has a page is granted to them. */
const home: Page = { id: 'home', Content: NothingGranted, group: 'now' };

/** Those of the role, and those of what is granted beyond it (`identity.granted`). The others only links lead to. */
export function officePages(role: OfficeRole, granted: readonly string[]): Pages {
  const known = new Set(granted);
  const isOpen = (page: Page) => OWN[role].includes(page) || page.needs?.some((name) => known.has(name));
  const open = everything.filter(isOpen);
  const [first, ...others] = open.filter(({ needs }) => needs !== undefined);
  const always = open.filter(({ needs }) => needs === undefined);
  const closed = everything
    .filter((page) => !isOpen(page))
    .map((page) => ({ ...page, isHidden: true }) as const);
  return [first ?? home, ...others, ...always, ...closed];
}
