import type { RegisteredPerson } from '@kinga/shared/exclusions/people.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { Reason } from '../../ui/Reason.tsx';
import { ChoiceField } from '../../ui/TextField.tsx';

interface MergingProps {
  readonly people: readonly RegisteredPerson[];
  readonly onMerged: () => void;
}

/** Two records of one person become one. */
export function Merging({ people, onMerged }: MergingProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<unknown>();
  const ids = people.filter(({ mergedInto }) => mergedInto === null).map(({ id }) => id);
  const [keepId, setKeepId] = useState(ids[0]);
  if (ids.length < 2) return null;
  const others = ids.filter((id) => id !== keepId);
  const nameOf = (id: string) => {
    const person = people.find((candidate) => candidate.id === id);
    const known = person?.identifiers.map(({ value }) => value).join(', ');
    return [person?.name, known].filter(Boolean).join(' · ');
  };
  const merge = async (reason: string, form: FormData) => {
    const mergeId = others.find((id) => id === form.get('merge')) ?? others[0];
    if (keepId === undefined || mergeId === undefined) return;
    const input = { keepId, mergeId, reason };
    const done = await run((idempotencyKey) => hub.exclusions.mergePeople(input, { idempotencyKey }));
    if (done !== undefined) onMerged();
  };
  return (
    <details className="more">
      <summary>{t('people.merge')}</summary>
      <Reason
        label={t('people.reason')}
        hint={t('people.mergeHint')}
        submit={t('people.merge')}
        busy={busy}
        error={error}
        onReason={(reason, form) => void merge(reason, form)}
      >
        <ChoiceField
          name="keep"
          label={t('people.keep')}
          choices={ids}
          text={nameOf}
          onChoice={(choice) => setKeepId(choice ?? ids[0])}
        />
        <ChoiceField key={keepId} name="merge" label={t('people.mergeThis')} choices={others} text={nameOf} />
      </Reason>
    </details>
  );
}
