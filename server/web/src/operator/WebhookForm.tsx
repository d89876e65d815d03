import type { Webhook } from '@kinga/shared/operators/propagation.ts';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { useFieldErrors } from '../register/field-errors.ts';
import { Failure } from '../ui/Failure.tsx';
import { Submit } from '../ui/Submit.tsx';
import { TextField, textIn } from '../ui/TextField.tsx';
import { useFocusInvalid } from '../ui/use-focus-invalid.ts';

interface WebhookFormProps {
  readonly operatorId: string;
  readonly before: Webhook | null;
  readonly onSet: (secret: string) => void;
}

/** The address changes are posted to: all of them, for a delivery taken is an acknowledgement. */
export function WebhookForm({ operatorId, before, onSet }: WebhookFormProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<{ secret: string }>();
  const errors = useFieldErrors(error);
  const form = useFocusInvalid(error);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const url = textIn(data, 'url');
    const made = await run(() => hub.operators.setWebhook({ operatorId, url }));
    if (made !== undefined) onSet(made.secret);
  };
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
        <Failure error={errors.any ? undefined : error} />
        <Submit busy={busy}>{t('webhook.save')}</Submit>
      </form>
    </details>
  );
}
