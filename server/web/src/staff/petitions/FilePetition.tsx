import type { Petition } from '@kinga/shared/petitions/contract.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { goTo } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { refusedAt, useFieldErrors } from '../../register/field-errors.ts';
import { IdentifierLines } from '../../register/IdentifierLines.tsx';
import { PeriodChoice, periodOf } from '../../register/PeriodChoice.tsx';
import { identifiersOf, useIdentifiers } from '../../register/use-identifiers.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Field } from '../../ui/Field.tsx';
import { Heading } from '../../ui/Heading.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { ChoiceField, textIn } from '../../ui/TextField.tsx';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';
import { STAFF_GROUNDS } from './choices.ts';

const SOURCES = ['court', 'regulator'] as const;

/** Staff bring a court's order, or the regulator's own petition, into the register. */
export function FilePetition() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<Petition>();
  const lines = useIdentifiers({ type: 'nationalId', value: '' });
  const errors = useFieldErrors(error);
  const [source, setSource] = useState<(typeof SOURCES)[number]>('court');
  const form = useFocusInvalid(error);
  const grounds: readonly (typeof STAFF_GROUNDS)[typeof source][number][] = STAFF_GROUNDS[source];

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const [first] = grounds;
    const ground = grounds.find((candidate) => candidate === data.get('ground')) ?? first;
    if (ground === undefined) return;
    const urgency = textIn(data, 'urgency');
    const input = {
      source,
      ground,
      period: periodOf(data),
      identifiers: identifiersOf(lines.lines),
      statement: textIn(data, 'statement'),
      ...(urgency !== '' && { provisional: { grounds: urgency } }),
    };
    const filed = await run((idempotencyKey) => hub.petitions.file(input, { idempotencyKey }));
    if (filed !== undefined) goTo('petitions', filed.id);
  };

  return (
    <>
      <p className="way-back">
        <a href="#petitions">{t('casework.title')}</a>
      </p>
      <Heading lead={t('casework.fileLead')}>{t('casework.file')}</Heading>
      <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <div className="pair">
          <ChoiceField
            name="source"
            label={t('casework.source')}
            choices={SOURCES}
            text={(choice) => t(`register.sources.${choice}`)}
            onChoice={(choice) => setSource(choice ?? 'court')}
          />
          <ChoiceField
            key={source}
            name="ground"
            label={t('casework.ground')}
            choices={grounds}
            text={(choice) => t(`casework.grounds.${choice}`)}
            error={errors.at('ground')}
          />
        </div>
        <fieldset>
          <legend>{t('register.identifiers')}</legend>
          <IdentifierLines lines={lines} errors={errors} hint={t('register.identifiersHint')} />
        </fieldset>
        <PeriodChoice />
        <Field label={t('casework.statement')} error={errors.at('statement')}>
          {(described) => <textarea {...described} name="statement" rows={4} maxLength={4_000} />}
        </Field>
        <Field
          label={t('casework.urgency')}
          hint={t('casework.urgencyHint')}
          error={errors.at('provisional.grounds')}
        >
          {(described) => <textarea {...described} name="urgency" rows={2} maxLength={4_000} />}
        </Field>
        <Failure error={errors.any ? undefined : error}>
          {refusedAt(error, 'identifiers') ? t('others.twin') : undefined}
        </Failure>
        <Submit busy={busy}>{t('casework.submit')}</Submit>
      </form>
    </>
  );
}
