import type { Role } from '@kinga/shared/contract/procedure.ts';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useLoad } from '../../hub/use-load.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Shown } from '../../ui/Loaded.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { ChoiceField } from '../../ui/TextField.tsx';
import type { AccountDetail } from './AccountPage.tsx';

/** Only accounts of staff are granted anything. */
export const STAFF_ROLES: readonly Role[] = ['admin', 'regulator', 'support'];

interface GrantsProps {
  readonly account: AccountDetail;
  readonly onChanged: () => void;
}

/** What one account of staff may beyond its role, given and taken back. */
export function Grants({ account: { id: accountId, permissions }, onChanged }: GrantsProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<unknown>();
  const loaded = useLoad(async () => (await hub.identity.permissions({})).items, [hub]);
  const act = async (effect: () => Promise<unknown>) => {
    if ((await run(effect)) !== undefined) onChanged();
  };
  const grant = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const procedure = String(new FormData(event.currentTarget).get('procedure'));
    void act(() => hub.identity.grantPermission({ procedure, accountId }));
  };
  const revoke = (procedure: string) => act(() => hub.identity.revokePermission({ procedure, accountId }));
  return (
    <section className="block" aria-labelledby="grants">
      <h2 id="grants">{t('accounts.grants')}</h2>
      {permissions.length === 0 && <p className="empty">{t('accounts.noGrants')}</p>}
      <ul className="evidence">
        {permissions.map((name) => (
          <li key={name} data-granted={name}>
            <span className="mono">{name}</span>
            <button type="button" className="quiet" aria-disabled={busy} onClick={() => void revoke(name)}>
              {t('accounts.takeBack')}
              <span className="unseen"> {name}</span>
            </button>
          </li>
        ))}
      </ul>
      <Failure error={error} />
      <div className="step">
        <Shown of={loaded}>
          {(items) => (
            <form className="filter" onSubmit={grant}>
              <ChoiceField
                key={permissions.join()}
                name="procedure"
                label={t('accounts.grantWhat')}
                choices={items
                  .filter(({ name, grantable }) => grantable && !permissions.includes(name))
                  .map(({ name }) => name)
                  .sort()}
                text={(name) => name}
              />
              <Submit busy={busy}>{t('accounts.grant')}</Submit>
            </form>
          )}
        </Shown>
      </div>
    </section>
  );
}
