import { useTranslation } from 'react-i18next';
import { Bars } from '../ui/Bars.tsx';
import { useFormats } from '../ui/format.ts';
import { Table } from '../ui/Table.tsx';
import type { ReplaySum } from './use-replay.ts';

/** How many answers would have differed, by purpose, and some of them. */
export function Replayed({ sum, running }: { sum: ReplaySum; running: boolean }) {
  const { t } = useTranslation();
  const { whole } = useFormats();
  const { examined, differing, unexplained, byPurpose, pages } = sum;
  return (
    <section className="block" aria-labelledby="replayed">
      <h2 id="replayed">{t('policy.replayed', { version: sum.version })}</h2>
      {running && <progress aria-label={t('policy.running')} />}
      <p role="status" data-replayed={running ? 'running' : 'done'}>
        {running
          ? t('policy.soFar', { examined: whole(examined), pages: whole(pages) })
          : t('policy.examined', { count: examined, examined: whole(examined) })}
      </p>
      <p className="figure-value" data-differing={differing}>
        {whole(differing)}
      </p>
      <p className="figure-unit">{t('policy.differing', { count: differing })}</p>
      <Bars
        label={t('policy.byPurpose')}
        bars={byPurpose.map((counts) => ({
          id: counts.purpose,
          label: t(`policy.names.${counts.purpose}`),
          value: counts.differing,
          text: whole(counts.differing),
          hint: t('policy.of', { examined: whole(counts.examined) }),
          bad: true,
        }))}
      />
      {unexplained > 0 && <p className="hint">{t('policy.unexplained', { count: unexplained })}</p>}
      <Examples examples={sum.examples} />
    </section>
  );
}

function Examples({ examples }: Pick<ReplaySum, 'examples'>) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  if (examples.length === 0) return null;
  return (
    <details className="more">
      <summary>{t('policy.examples')}</summary>
      <Table
        label={t('policy.examples')}
        rows={examples}
        id={({ checkId }) => checkId}
        columns={[
          { head: t('policy.check'), cell: ({ checkId }) => <span className="mono">{checkId}</span> },
          { head: t('policy.at'), cell: ({ at }) => moment(at) },
          { head: t('policy.purpose'), cell: ({ purpose }) => t(`policy.names.${purpose}`) },
          { head: t('policy.recorded'), cell: ({ recorded }) => t(`answers.${recorded}`) },
          { head: t('policy.wouldBe'), cell: ({ replayed }) => t(`answers.${replayed}`) },
          { head: t('policy.why'), cell: ({ why }) => <span lang="en">{why}</span> },
        ]}
      />
    </details>
  );
}
