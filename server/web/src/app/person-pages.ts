import { BettorHome } from '../bettor/BettorHome.tsx';
import { IdentityPage } from '../person/identity/IdentityPage.tsx';
import { OthersPage } from '../person/others/OthersPage.tsx';
import { ProtectionPage } from '../person/protection/ProtectionPage.tsx';
import { SecurityPage } from '../person/security/SecurityPage.tsx';
import type { Page, Pages } from './pages.ts';

const protection: Page = { id: 'protection', Content: ProtectionPage };
const identity: Page = { id: 'identity', Content: IdentityPage };
const others: Page = { id: 'others', Content: OthersPage };
const security: Page = { id: 'security', Content: SecurityPage };

export const PERSON_PAGES: Readonly<Record<'bettor' | 'citizen', Pages>> = {
  bettor: [{ id: 'home', Content: BettorHome }, protection, identity, others, security],
  citizen: [protection, identity, others, security],
};
