import type { Webhook } from '@kinga/shared/operators/propagation.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { useFieldErrors } from '../register/field-errors.ts';
import { Failure } from '../ui/Failure.tsx';
import { Submit } from '../ui/Submit.tsx';
import { TextField, textIn } from '../ui/TextField.tsx';
import { useFocusInvalid } from '../ui/use-focus-invalid.ts';
import { CHANGE_TYPES } from './choices.ts';

interface WebhookFormProps {
  readonly operatorId: string;
  readonly before: Webhook | null;
  readonly onSet: (secret: string) => void;
}

/** The address changes are posted to, and which of them. */
export function WebhookForm({ operatorId, before, onSet }: WebhookFormProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<{ secret: string }>();
  const errors = useFieldErrors(error);
  const [none, setNone] = useState(false);
  const form = useFocusInvalid(error, none);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const events = CHANGE_TYPES.filter((type) => data.getAll('events').includes(type));
    setNone(events.length === 0);
    if (events.length === 0) return;
    const url = textIn(data, 'url');
    const made = await run(() => hub.operators.setWebhook({ operatorId, url, events }));
    if (made !== undefined) onSet(made.secret);
  };
  const chosen = before?.events ?? CHANGE_TYPES;
  return (
    <details className="more" open={before === null}>
      <summary>{before === null ? t('webhook.set') : t('webhook.setAnother')}</summary>
      <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <TextField
          name="url"
          label={t('webhook.url')}
          hint={t('webhook.urlHint')}
          inputMode="url"
          maxLength={500}
          value={before?.url}
          error={errors.at('url')}
        />
        <fieldset className="checks">
          <legend>{t('webhook.events')}</legend>
          {CHANGE_TYPES.map((type) => (
            <label key={type}>
              <input
                type="checkbox"
                name="events"
                value={type}
                defaultChecked={chosen.includes(type)}
                aria-invalid={none || undefined}
              />
              <span>{t(`live.kinds.${type}`)}</span>
            </label>
          ))}
          {none && <p className="field-error">{t('webhook.eventsMissing')}</p>}
        </fieldset>
        <Failure error={errors.any ? undefined : error} />
        <Submit busy={busy}>{t('webhook.save')}</Submit>
      </form>
    </details>
  );
}
