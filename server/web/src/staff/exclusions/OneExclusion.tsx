import type { ExclusionDetail } from '@kinga/shared/exclusions/contract.ts';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useLoad } from '../../hub/use-load.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { useFormats } from '../../ui/format.ts';
import { Heading } from '../../ui/Heading.tsx';
import { Shown } from '../../ui/Loaded.tsx';

/** One exclusion and whom it protects; that it was opened is audited. */
export function OneExclusion({ id }: { id: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const loaded = useLoad(() => hub.exclusions.get({ id }), [hub, id]);
  return (
    <>
      <p className="way-back">
        <a href="#exclusions">{t('app.exclusions')}</a>
      </p>
      <Heading lead={t('exclusions.oneLead')}>{loaded.data?.reference ?? t('exclusions.one')}</Heading>
      <Shown of={loaded}>
        {(exclusion) => (
          <div className="columns">
            <ExclusionFacts of={exclusion} />
            <Protected people={exclusion.people} />
          </div>
        )}
      </Shown>
    </>
  );
}

function ExclusionFacts({ of }: { of: ExclusionDetail }) {
  const { t } = useTranslation();
  const { moment, whole } = useFormats();
  return (
    <section className="block" aria-labelledby="exclusion">
      <h2 id="exclusion">{t('exclusions.one')}</h2>
      <Facts
        facts={[
          [
            t('exclusions.status'),
            <Badge key="status" tone={of.status === 'active' ? 'good' : 'plain'}>
              {t(`people.statuses.${of.status}`)}
            </Badge>,
          ],
          [t('register.period'), t(`register.periods.${of.period}`)],
          [t('register.source'), t(`register.sources.${of.source}`)],
          [t('exclusions.registered'), moment(of.registeredAt)],
          [t('register.startsLabel'), moment(of.startsAt)],
          [t('register.endsLabel'), of.endsAt === null ? t('register.never') : moment(of.endsAt)],
          [t('register.reason'), of.reason],
          [t('register.seq'), whole(of.seq)],
        ]}
      />
      {of.needsReview && <p className="notice">{t('register.needsReview')}</p>}
    </section>
  );
}

function Protected({ people }: Pick<ExclusionDetail, 'people'>) {
  const { t } = useTranslation();
  return (
    <section className="block" aria-labelledby="protected">
      <h2 id="protected">{t('register.identifiers')}</h2>
      <ul className="listing">
        {people.map(({ id, name, dateOfBirth, identifiers }) => (
          <li key={id} data-person={id}>
            <a href={hrefOf('people', id)}>{name ?? t('people.noName')}</a>
            <p className="hint">
              {[dateOfBirth ?? t('people.noDate'), ...identifiers.map(({ value }) => value)].join(', ')}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
