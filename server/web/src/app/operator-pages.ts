import { ConformancePage } from '../operator/ConformancePage.tsx';
import { OperatorHome } from '../operator/OperatorHome.tsx';
import { OperatorPetitionsPage } from '../operator/PetitionsPage.tsx';
import { AuditPage, FiguresPage, KeysPage, PerformancePage, WebhookPage } from '../operator/pages.tsx';
import { StaffPage } from '../operator/StaffPage.tsx';
import { TokensPage } from '../operator/tokens/TokensPage.tsx';
import { SecurityPage } from '../person/security/SecurityPage.tsx';
import type { Pages } from './pages.ts';

export const OPERATOR_PAGES: Pages = [
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
  { id: 'security', Content: SecurityPage, group: 'own' },
];
