import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useLoad } from '../../hub/use-load.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { useFormats } from '../../ui/format.ts';
import { Heading } from '../../ui/Heading.tsx';
import { Shown } from '../../ui/Loaded.tsx';
import { AccountActions } from './AccountActions.tsx';
import { Activity, SignIns } from './Past.tsx';

export type AccountDetail = OutputOf<Contract['identity']['getAccount']>;

/** One account; that it was opened here is part of what its owner sees. */
export function AccountPage({ accountId }: { accountId: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const loaded = useLoad(() => hub.identity.getAccount({ accountId }), [hub, accountId]);
  return (
    <>
      <p className="way-back">
        <a href="#accounts">{t('accounts.title')}</a>
      </p>
      <Heading lead={t('accounts.seen')}>{loaded.data?.email ?? t('accounts.account')}</Heading>
      <Shown of={loaded}>
        {(account) => (
          <div className="columns">
            <div>
              <AccountFacts account={account} />
              <AccountActions account={account} onChanged={loaded.reload} />
            </div>
            <div>
              <SignIns accountId={accountId} />
              <Activity accountId={accountId} />
            </div>
          </div>
        )}
      </Shown>
    </>
  );
}

function AccountFacts({ account }: { account: AccountDetail }) {
  const { t } = useTranslation();
  const { moment, whole } = useFormats();
  const suspended = account.suspendedAt !== null;
  return (
    <section className="block" aria-labelledby="account">
      <h2 id="account">{t('accounts.account')}</h2>
      <Facts
        facts={[
          [
            t('accounts.state'),
            <Badge key="state" tone={suspended ? 'bad' : 'good'}>
              {suspended ? t('accounts.suspended') : t('accounts.active')}
            </Badge>,
          ],
          [t('accounts.reason'), account.suspensionReason],
          [t('accounts.role'), t(`roles.${account.role}`)],
          [
            t('accounts.operator'),
            account.operatorId && (
              <a key="operator" href={hrefOf('operators', account.operatorId)}>
                {account.operatorId}
              </a>
            ),
          ],
          [
            t('accounts.identifiers'),
            account.identifierTypes.map((type) => t(`register.types.${type}`)).join(', '),
          ],
          [t('accounts.sessions'), whole(account.sessions)],
          [t('accounts.lastSignIn'), account.lastSignInAt && moment(account.lastSignInAt)],
          [t('accounts.created'), moment(account.createdAt)],
          [t('accounts.granted'), account.permissions.join(', ')],
        ]}
      />
    </section>
  );
}
