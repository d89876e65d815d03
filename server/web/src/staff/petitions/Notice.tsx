import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { refusedAt } from '../../register/field-errors.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { ChoiceField } from '../../ui/TextField.tsx';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';
import { SERVED_OUTSIDE } from './choices.ts';
import type { StepProps } from './step.ts';

/** The hub tells the person; only where it knows no way to, staff are asked how they did. */
export function Notice({ petition: { id }, action, act }: StepProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const isRefused = refusedAt(action.error, 'servedBy');
  const [asks, setAsks] = useState(false);
  if (isRefused && !asks) setAsks(true);
  const form = useFocusInvalid(action.error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const chosen = new FormData(event.currentTarget).get('servedBy');
    const servedBy = SERVED_OUTSIDE.find((way) => way === chosen);
    const input = { id, ...(servedBy && { servedBy }) };
    void act((idempotencyKey) => hub.petitions.serveNotice(input, { idempotencyKey }));
  };
  return (
    <form className="step" ref={form} onSubmit={submit} noValidate>
      <p className="hint">{t('casework.noticeHint')}</p>
      {asks && (
        <ChoiceField
          name="servedBy"
          label={t('casework.servedOutside')}
          error={isRefused ? t('casework.unreached') : undefined}
          none={t('casework.chooseWay')}
          choices={SERVED_OUTSIDE}
          text={(way) => t(`casework.ways.${way}`)}
        />
      )}
      <Failure error={isRefused ? undefined : action.error} />
      <Submit busy={action.busy}>{t('casework.serveNotice')}</Submit>
    </form>
  );
}
