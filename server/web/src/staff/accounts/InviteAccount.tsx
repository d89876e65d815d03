import type { MadeAccount } from '@kinga/shared/identity/contract.ts';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useFieldErrors } from '../../register/field-errors.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { TextField, textIn } from '../../ui/TextField.tsx';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';
import { RoleFields, roleIn } from './RoleFields.tsx';

/** A new colleague; their password is theirs alone from the beginning. */
export function InviteAccount({ onInvited }: { onInvited: () => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, result, run } = useAction<MadeAccount>();
  const errors = useFieldErrors(error);
  const form = useFocusInvalid(error);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const input = { email: textIn(data, 'inviteEmail'), ...roleIn(data) };
    const made = await run((idempotencyKey) => hub.identity.createAccount(input, { idempotencyKey }));
    if (made !== undefined) onInvited();
  };
  return (
    <details className="more">
      <summary>{t('accounts.invite')}</summary>
      <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <TextField
          name="inviteEmail"
          label={t('licence.email')}
          hint={t('accounts.inviteHint')}
          error={errors.at('email')}
          inputMode="email"
        />
        <RoleFields value="support" />
        <Failure error={errors.any ? undefined : error} />
        <Submit busy={busy}>{t('accounts.inviteSubmit')}</Submit>
        <p role="status" className="hint">
          {result && error === undefined && t('accounts.invited', { to: result.email })}
        </p>
      </form>
    </details>
  );
}
