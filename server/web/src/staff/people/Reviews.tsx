import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useList } from '../../hub/use-list.ts';
import { useFormats } from '../../ui/format.ts';
import { Listed } from '../../ui/Loaded.tsx';
import { Reason } from '../../ui/Reason.tsx';
import { ChoiceField } from '../../ui/TextField.tsx';

type ForReview = OutputOf<Contract['exclusions']['listForReview']>['items'][number];
const DECISIONS = ['same', 'different'] as const;

/** Exclusions behind whose identifiers stood several known people: one person, or not? */
export function Reviews() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const reviews = useList((page) => hub.exclusions.listForReview(page), [hub]);
  return (
    <section className="block" aria-labelledby="reviews">
      <h2 id="reviews">{t('people.reviews')}</h2>
      <Listed of={reviews} empty={t('people.noReviews')}>
        {(items) => (
          <ul className="cards">
            {items.map((item) => (
              <Review key={item.exclusion.id} item={item} onResolved={reviews.reload} />
            ))}
          </ul>
        )}
      </Listed>
    </section>
  );
}

function Review({ item, onResolved }: { item: ForReview; onResolved: () => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { moment } = useFormats();
  const { busy, error, run } = useAction<unknown>();
  const { id, reference, registeredAt } = item.exclusion;
  const resolve = async (reason: string, form: FormData) => {
    const decision = form.get('decision') === 'same' ? 'same' : 'different';
    const input = { id, decision, reason } as const;
    const done = await run((idempotencyKey) => hub.exclusions.resolveReview(input, { idempotencyKey }));
    if (done !== undefined) onResolved();
  };
  return (
    <li className="card" data-review={id}>
      <h3 className="mono">{reference}</h3>
      <p className="hint">{moment(registeredAt)}</p>
      <p className="buttons">
        {item.personIds.map((personId, index) => (
          <a key={personId} href={hrefOf('people', personId)}>
            {t('people.number', { number: index + 1 })}
          </a>
        ))}
      </p>
      <details className="more">
        <summary>{t('people.decide')}</summary>
        <Reason
          label={t('people.reason')}
          submit={t('people.decide')}
          busy={busy}
          error={error}
          onReason={(reason, form) => void resolve(reason, form)}
        >
          <ChoiceField
            name="decision"
            label={t('people.decision')}
            choices={DECISIONS}
            text={(choice) => t(`people.decisions.${choice}`)}
          />
        </Reason>
      </details>
    </li>
  );
}
