import { useRoute } from '../app/use-route.ts';
import { ReceiptsPage } from './ReceiptsPage.tsx';
import { StandingsPage } from './StandingsPage.tsx';

export function PropagationPage() {
  const [, operatorId] = useRoute();
  return operatorId === undefined ? <StandingsPage /> : <ReceiptsPage operatorId={operatorId} />;
}
