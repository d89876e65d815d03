import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useLoad } from '../../hub/use-load.ts';
import { Heading } from '../../ui/Heading.tsx';
import { Shown } from '../../ui/Loaded.tsx';
import { NoOperator } from '../pages.tsx';
import { FindToken } from './FindToken.tsx';
import { History } from './History.tsx';
import { Mappings } from './Mappings.tsx';
import { Tended } from './Tended.tsx';
import { TokenFigures } from './TokenFigures.tsx';
import { useTending } from './use-tending.ts';

/** The screening tokens of one's own operator, and the history of one of them. */
export function TokensPage() {
  const { t } = useTranslation();
  const [, handle] = useRoute();
  const { operatorId } = useSession().account;
  if (operatorId !== null && handle !== undefined) return <OneToken key={handle} handle={handle} />;
  return (
    <>
      <Heading lead={t('tokens.lead')}>{t('app.tokens')}</Heading>
      {operatorId === null ? <NoOperator /> : <Tokens operatorId={operatorId} />}
    </>
  );
}

function Tokens({ operatorId }: { operatorId: string }) {
  const [round, setRound] = useState(0);
  const tending = useTending(() => setRound((count) => count + 1));
  return (
    <>
      <Tended tending={tending} />
      <FindToken key={round} tending={tending} />
      <Mappings tending={tending} round={round} />
      <TokenFigures operatorId={operatorId} round={round} />
    </>
  );
}

function OneToken({ handle }: { handle: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const loaded = useLoad(() => hub.tokens.history({ handle }), [hub, handle]);
  return (
    <>
      <p className="way-back">
        <a href="#tokens">{t('app.tokens')}</a>
      </p>
      <Heading>{t('tokens.history')}</Heading>
      <Shown of={loaded}>{(history) => <History history={history} />}</Shown>
    </>
  );
}
