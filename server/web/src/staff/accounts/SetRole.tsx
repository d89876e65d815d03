import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Submit } from '../../ui/Submit.tsx';
import type { AccountDetail } from './AccountPage.tsx';
import { RoleFields, roleIn } from './RoleFields.tsx';

interface SetRoleProps {
  readonly account: AccountDetail;
  readonly onChanged: () => void;
}

/** Another role: whoever has the account signs in anew. */
export function SetRole({ account, onChanged }: SetRoleProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<unknown>();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const input = { accountId: account.id, ...roleIn(new FormData(event.currentTarget)) };
    if ((await run(() => hub.identity.setRole(input))) !== undefined) onChanged();
  };
  return (
    <details className="more">
      <summary>{t('accounts.setRole')}</summary>
      <form className="sheet" onSubmit={(event) => void submit(event)} noValidate>
        <p className="hint">{t('accounts.setRoleHint')}</p>
        <RoleFields value={account.role} />
        <Failure error={error} />
        <Submit busy={busy}>{t('accounts.setRole')}</Submit>
      </form>
    </details>
  );
}
