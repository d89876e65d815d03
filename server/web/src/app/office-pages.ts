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
import type { Group, Page, Pages } from './pages.ts';

/** What it asks for first comes last: see `Page.needs`. */
function page(
  group: Group,
  id: Page['id'],
  Content: Page['Content'],
  ...needs: NonNullable<Page['needs']>
): Page {
  return needs.length === 0 ? { id, Content, group } : { id, Content, group, needs };
}

const live = page('now', 'live', Dashboard, 'monitoring/live');
const propagation = page('now', 'propagation', PropagationPage, 'monitoring/propagation');
const alerts = page('now', 'alerts', AlertsPage, 'alerts.list');
const register = page('register', 'register', RegisterPage, 'exclusions.register');
const exclusions = page('register', 'exclusions', ExclusionsPage, 'exclusions.list');
const people = page('register', 'people', PeoplePage, 'exclusions.findPeople', 'exclusions.listForReview');
const petitions = page('register', 'petitions', PetitionsPage, 'petitions.list');
const statistics = page(
  'register',
  'statistics',
  StatisticsPage,
  'exclusions.statistics',
  'exclusions.report',
);
const policy = page('register', 'policy', PolicyPage);
const operators = page('operators', 'operators', OperatorsPage, 'operators.list');
const applications = page('operators', 'applications', ApplicationsPage, 'operators.listApplications');
const accounts = page('office', 'accounts', AccountsPage, 'identity.searchAccounts');
const permissions = page('office', 'permissions', PermissionsPage, 'identity.permissions');
const broadcasts = page('office', 'broadcasts', BroadcastsPage, 'broadcasts.send');
const security = page('office', 'security', SecurityPage);

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
const home = page('now', 'home', NothingGranted);

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
