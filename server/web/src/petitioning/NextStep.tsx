import type { Hub } from '@kinga/client-sdk';
import type { Petition } from '@kinga/shared/petitions/contract.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { Failure } from '../ui/Failure.tsx';
import { Field } from '../ui/Field.tsx';
import { Submit } from '../ui/Submit.tsx';
import { textIn } from '../ui/TextField.tsx';
import { useFocusInvalid } from '../ui/use-focus-invalid.ts';
import type { Step } from './what-now.ts';

interface NextStepProps {
  readonly id: string;
  readonly step: Step;
  readonly onDone: (said: string) => void;
}

/** To be heard, to appeal, or to take it back: each with one's own words. */
export function NextStep({ id, step, onDone }: NextStepProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<Petition>();
  const [missing, setMissing] = useState<object>();
  const form = useFocusInvalid(missing, error);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const statement = textIn(data, 'statement');
    const isMissing = statement === '' && step !== 'withdraw';
    setMissing(isMissing ? {} : undefined);
    if (isMissing) return;
    const hearing = data.get('waive') === null ? 'heard' : 'waived';
    const said = { statement, hearing } as const;
    const done = await run((idempotencyKey) => take(hub, { id, step, said, idempotencyKey }));
    if (done !== undefined) onDone(t(`others.done.${step}`));
  };
  return (
    <details className="more">
      <summary>{t(`others.next.${step}`)}</summary>
      <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <Field label={t(`others.words.${step}`)} error={missing && t('field.required')}>
          {(described) => <textarea {...described} name="statement" rows={4} maxLength={4_000} />}
        </Field>
        {step === 'respond' && (
          <div className="choices">
            <label>
              <input type="checkbox" name="waive" />
              <span>{t('others.waive')}</span>
            </label>
          </div>
        )}
        <Failure error={error}>{error?.unknownOutcome ? t('form.unknown') : undefined}</Failure>
        <div>
          <Submit busy={busy}>{t(`others.send.${step}`)}</Submit>
        </div>
      </form>
    </details>
  );
}

interface Taken {
  readonly id: string;
  readonly step: Step;
  readonly said: { readonly statement: string; readonly hearing: 'heard' | 'waived' };
  readonly idempotencyKey: string;
}

function take({ petitions }: Hub, { id, step, said, idempotencyKey }: Taken): Promise<Petition> {
  const { statement, hearing } = said;
  if (step === 'respond') return petitions.respond({ id, hearing, statement }, { idempotencyKey });
  if (step === 'appeal') return petitions.appeal({ id, statement }, { idempotencyKey });
  return petitions.withdraw({ id, ...(statement && { reason: statement }) }, { idempotencyKey });
}
