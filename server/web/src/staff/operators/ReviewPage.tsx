import type { ApplicationDetail } from '@kinga/shared/operators/onboarding.ts';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useLoad } from '../../hub/use-load.ts';
import { ApplicationFacts, Reviews } from '../../operator/Applying.tsx';
import { APPLICATION_TONES, NEXT_DECISIONS } from '../../operator/choices.ts';
import { DocumentList } from '../../operator/Documents.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Heading } from '../../ui/Heading.tsx';
import { Shown } from '../../ui/Loaded.tsx';
import { Reason } from '../../ui/Reason.tsx';
import { ChoiceField } from '../../ui/TextField.tsx';

/** One application: what it says, what was made of it, what may be made of it. */
export function ReviewPage({ id }: { id: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const loaded = useLoad(() => hub.operators.getApplication({ id }), [hub, id]);
  return (
    <>
      <p className="way-back">
        <a href="#applications">{t('applications.title')}</a>
      </p>
      <Heading>{loaded.data?.name ?? t('applications.one')}</Heading>
      <Shown of={loaded}>
        {(application) => (
          <div className="columns">
            <section className="block" aria-labelledby="application">
              <h2 id="application">{t('applications.one')}</h2>
              <p className="state-line" data-state={application.state}>
                <Badge tone={APPLICATION_TONES[application.state]}>
                  {t(`apply.states.${application.state}`)}
                </Badge>
              </p>
              <ApplicationFacts application={application} />
              <h3>{t('apply.documents')}</h3>
              <DocumentList documents={application.documents} />
            </section>
            <Reviewing application={application} onReviewed={loaded.set} />
          </div>
        )}
      </Shown>
    </>
  );
}

interface ReviewingProps {
  readonly application: ApplicationDetail;
  readonly onReviewed: (application: ApplicationDetail) => void;
}

function Reviewing({ application, onReviewed }: ReviewingProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<ApplicationDetail>();
  const { id, state, operatorId, reviews } = application;
  const decisions = NEXT_DECISIONS[state];
  const [first] = decisions;
  const review = async (note: string, form: FormData) => {
    const decision = decisions.find((choice) => choice === form.get('decision')) ?? first;
    if (decision === undefined) return;
    const input = { id, decision, note };
    const after = await run((idempotencyKey) => hub.operators.review(input, { idempotencyKey }));
    if (after !== undefined) onReviewed(after);
  };
  return (
    <section className="block" aria-labelledby="review">
      <h2 id="review">{t('applications.review')}</h2>
      {operatorId !== null && (
        <p>
          <a href={hrefOf('operators', operatorId)}>{t('applications.toOperator')}</a>
        </p>
      )}
      {first !== undefined && (
        <Reason
          key={state}
          label={t('applications.note')}
          submit={t('applications.decide')}
          busy={busy}
          error={error}
          onReason={(note, form) => void review(note, form)}
        >
          <ChoiceField
            name="decision"
            label={t('applications.decision')}
            choices={decisions}
            text={(choice) => t(`applications.decisions.${choice}`)}
          />
        </Reason>
      )}
      <Reviews reviews={reviews} />
    </section>
  );
}
