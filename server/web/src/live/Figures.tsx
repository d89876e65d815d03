import type { Live } from '@kinga/shared/monitoring/contract.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../ui/format.ts';
import { Figure } from './Figure.tsx';
import type { History } from './history.ts';

interface FiguresProps {
  readonly live: Live | undefined;
  readonly history: History;
  readonly version: number;
}

export function Figures({ live, history, version }: FiguresProps) {
  const { t } = useTranslation();
  const { figure, percent } = useFormats();
  const none = t('live.none');
  const shown = (value: number | null | undefined, format: (value: number) => string) =>
    value === null || value === undefined ? none : format(value);
  const common = { history, version };
  return (
    <div className="figures">
      <Figure
        {...common}
        id="lookups"
        title={t('live.lookups')}
        value={shown(live?.lookupsPerSecond, figure)}
        unit={t('live.perSecond')}
        measures={['lookups']}
        format={figure}
      />
      <Figure
        {...common}
        id="latency"
        title={t('live.latency')}
        value={shown(live?.lookupP99Ms, figure)}
        unit={
          <>
            {t('live.ms')} {t('live.p99')}, {shown(live?.lookupP50Ms, figure)} {t('live.ms')} {t('live.p50')}
          </>
        }
        measures={['p99', 'p50']}
        format={figure}
      />
      <Figure
        {...common}
        id="hit-rate"
        title={t('live.hitRate')}
        value={shown(live?.hitRate, percent)}
        unit={t('live.hitRateUnit')}
        measures={['hitRate']}
        format={percent}
      />
      <Figure
        {...common}
        id="bets"
        title={t('live.bets')}
        value={shown(live?.betsPerSecond, figure)}
        unit={t('live.perSecond')}
        measures={['bets']}
        format={figure}
      />
    </div>
  );
}
