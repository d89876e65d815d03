import { useSession } from '../hub/session-context.ts';
import { Applying } from './Applying.tsx';
import { MyOperator } from './MyOperator.tsx';

/** Where an operator's staff arrives: at their operator, or on the way to becoming one. */
export function OperatorHome() {
  const { account } = useSession();
  return account.operatorId === null ? <Applying /> : <MyOperator operatorId={account.operatorId} />;
}
