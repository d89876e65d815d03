import type { InputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import type { Petition } from '@kinga/shared/petitions/contract.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { PeriodPicker } from '../person/protection/PeriodPicker.tsx';
import { refusedAt, useFieldErrors } from '../register/field-errors.ts';
import { IdentifierLines } from '../register/IdentifierLines.tsx';
import { PERIOD_DEFAULT, periodOf } from '../register/PeriodChoice.tsx';
import { identifiersOf, useIdentifiers } from '../register/use-identifiers.ts';
import { PERIODS } from '../ui/choices.ts';
import { Failure } from '../ui/Failure.tsx';
import { Submit } from '../ui/Submit.tsx';
import { textIn } from '../ui/TextField.tsx';
import { useFocusHere } from '../ui/use-focus-here.ts';
import { useFocusInvalid } from '../ui/use-focus-invalid.ts';
import { EvidenceField } from './EvidenceField.tsx';
import { canDigest } from './evidence.ts';
import { GROUNDS_OF, type Petitioner } from './grounds.ts';
import { About, Customer, Grounds, Statement, Urgency, type Wrong } from './PetitionFields.tsx';
import { useEvidence } from './use-evidence.ts';

type Filing = InputOf<Contract['petitions']['file']>;

interface PetitionFormProps {
  readonly source: Petitioner;
  readonly onFiled: () => void;
  readonly onCancel: () => void;
}

/** Family asks for the exclusion of somebody close, an operator for that of its customer. */
export function PetitionForm({ source, onFiled, onCancel }: PetitionFormProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<Petition>();
  const lines = useIdentifiers({ type: 'phone', value: '' });
  const evidence = useEvidence();
  const errors = useFieldErrors(error);
  const [wrong, setWrong] = useState<Wrong>();
  const form = useFocusInvalid(wrong, error);
  const title = useFocusHere<HTMLHeadingElement>();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const said = saidIn(new FormData(event.currentTarget), source);
    setWrong('wrong' in said ? said.wrong : undefined);
    if ('wrong' in said) return;
    const identifiers = identifiersOf(lines.lines);
    const filed = await run(async (idempotencyKey) => {
      const input = { ...said.filing, identifiers, evidence: [...(await evidence.settled())] };
      return await hub.petitions.file(input, { idempotencyKey });
    });
    if (filed !== undefined) onFiled();
  };
  return (
    <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <h2 tabIndex={-1} ref={title}>
        {t(`others.by.${source}.file`)}
      </h2>
      <fieldset>
        <legend>{t('others.who')}</legend>
        <IdentifierLines lines={lines} errors={errors} hint={t(`others.by.${source}.whoHint`)} />
      </fieldset>
      {source === 'operator' && <Customer wrong={wrong} errors={errors} />}
      <About errors={errors} />
      <Grounds grounds={GROUNDS_OF[source]} wrong={wrong} errors={errors} />
      <Statement wrong={wrong} errors={errors} />
      {canDigest && <EvidenceField evidence={evidence} error={errors.at('evidence')} />}
      <Urgency label={t(`others.by.${source}.urgent`)} errors={errors} />
      <PeriodPicker periods={PERIODS} first={PERIOD_DEFAULT} kind="other" />
      <Failure error={error}>
        {errors.any
          ? t('field.summary')
          : refusedAt(error, 'identifiers')
            ? t('others.twin')
            : error?.unknownOutcome
              ? t('form.unknown')
              : undefined}
      </Failure>
      <div className="buttons">
        <Submit busy={busy}>{t('others.submit')}</Submit>
        <button type="button" onClick={onCancel}>
          {t('form.cancel')}
        </button>
      </div>
    </form>
  );
}

type Said = { readonly wrong: Wrong } | { readonly filing: Omit<Filing, 'identifiers' | 'evidence'> };

/** Fields left empty are not sent at all. */
function saidIn(data: FormData, source: Petitioner): Said {
  const text = (name: string) => textIn(data, name);
  const ground = GROUNDS_OF[source].find((one) => one === data.get('ground'));
  const [statement, customerId, urgent] = ['statement', 'customerId', 'urgent'].map(text);
  const isNobody = source === 'operator' && !customerId;
  if (ground === undefined || !statement || isNobody) {
    return { wrong: { ground: ground === undefined, statement: !statement, customerId: isNobody } };
  }
  const [name, dateOfBirth] = ['name', 'dateOfBirth'].map(text);
  const person = { ...(name && { name }), ...(dateOfBirth && { dateOfBirth }) };
  return {
    filing: {
      source,
      ground,
      period: periodOf(data),
      statement,
      ...(customerId && { customerId }),
      ...(Object.keys(person).length > 0 && { person }),
      ...(urgent && { provisional: { grounds: urgent } }),
    },
  };
}
