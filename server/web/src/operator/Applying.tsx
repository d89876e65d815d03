import type { Application, ApplicationDetail } from '@kinga/shared/operators/onboarding.ts';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useLoad } from '../hub/use-load.ts';
import { Badge } from '../ui/Badge.tsx';
import { Facts } from '../ui/Facts.tsx';
import { useFormats } from '../ui/format.ts';
import { Heading } from '../ui/Heading.tsx';
import { Shown } from '../ui/Loaded.tsx';
import { ApplicationForm } from './ApplicationForm.tsx';
import { APPLICATION_TONES } from './choices.ts';

/** Apply, and see what becomes of it. */
export function Applying() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const loaded = useLoad(async () => {
    const { items } = await hub.operators.listApplications({});
    return items[0] === undefined ? null : await hub.operators.getApplication({ id: items[0].id });
  }, [hub]);
  return (
    <>
      <Heading lead={t('apply.lead')}>{t('apply.title')}</Heading>
      <Shown of={loaded}>
        {(application) =>
          application === null ? (
            <ApplicationForm onApplied={loaded.reload} />
          ) : (
            <Applied application={application} onChanged={loaded.reload} />
          )
        }
      </Shown>
    </>
  );
}

function Applied({ application, onChanged }: { application: ApplicationDetail; onChanged: () => void }) {
  const { t } = useTranslation();
  const { state } = application;
  return (
    <div className="columns">
      <section className="block" aria-labelledby="application">
        <h2 id="application">{t('apply.yours')}</h2>
        <p className="state-line" data-state={state}>
          <Badge tone={APPLICATION_TONES[state]}>{t(`apply.states.${state}`)}</Badge>
        </p>
        <p>{t(`apply.means.${state}`)}</p>
        {state === 'approved' && (
          // The next token names the operator: a reload gets it.
          <button type="button" className="primary" onClick={() => location.reload()}>
            {t('apply.open')}
          </button>
        )}
        {(state === 'submitted' || state === 'inReview') && (
          <button type="button" onClick={onChanged}>
            {t('apply.refresh')}
          </button>
        )}
        <ApplicationFacts application={application} />
        <Reviews reviews={application.reviews} />
      </section>
      {state === 'moreInformation' && <ApplicationForm before={application} onApplied={onChanged} />}
      {state === 'rejected' && <ApplicationForm onApplied={onChanged} />}
    </div>
  );
}

export function ApplicationFacts({ application }: { application: Application }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  return (
    <Facts
      facts={[
        [t('apply.name'), application.name],
        [t('apply.licenceNo'), application.licenceNo],
        [t('apply.contactEmail'), application.contactEmail],
        [t('apply.contactPhone'), application.contactPhone],
        [t('apply.website'), application.website],
        [t('apply.submitted'), moment(application.submittedAt)],
      ]}
    />
  );
}

export function Reviews({ reviews }: Pick<ApplicationDetail, 'reviews'>) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  if (reviews.length === 0) return null;
  return (
    <ol className="course">
      {reviews.map(({ at, decision, note }) => (
        <li key={at}>
          <strong>{t(`apply.states.${decision}`)}</strong> <time dateTime={at}>{moment(at)}</time>
          <p>{note}</p>
        </li>
      ))}
    </ol>
  );
}
