import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useLoad } from '../hub/use-load.ts';
import { Heading } from '../ui/Heading.tsx';
import { Shown } from '../ui/Loaded.tsx';
import { Licence } from './Licence.tsx';
import { Score } from './Score.tsx';
import { Settings } from './Settings.tsx';

/** One's own operator: the licence, how it keeps its duties, how it wants to be reached. */
export function MyOperator({ operatorId }: { operatorId: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const operator = useLoad(() => hub.operators.get({ operatorId }), [hub, operatorId]);
  return (
    <>
      <Heading lead={t('operator.lead')}>{operator.data?.name ?? t('operator.title')}</Heading>
      <p className="buttons">
        <a className="button" href="/api/docs">
          {t('operator.docs')}
        </a>
      </p>
      <div className="columns">
        <div>
          <Shown of={operator}>{(detail) => <Licence operator={detail} />}</Shown>
          <Settings operatorId={operatorId} />
        </div>
        <Score operatorId={operatorId} />
      </div>
    </>
  );
}
