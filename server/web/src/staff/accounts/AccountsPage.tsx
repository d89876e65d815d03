import type { InputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hrefOf, useRoute } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useList } from '../../hub/use-list.ts';
import { Badge } from '../../ui/Badge.tsx';
import { IDENTIFIER_TYPES } from '../../ui/choices.ts';
import { useFormats } from '../../ui/format.ts';
import { Heading } from '../../ui/Heading.tsx';
import { Listed } from '../../ui/Loaded.tsx';
import { Table } from '../../ui/Table.tsx';
import { ChoiceField, TextField, textIn } from '../../ui/TextField.tsx';
import { AccountPage } from './AccountPage.tsx';
import { ROLES } from './choices.ts';
import { InviteAccount } from './InviteAccount.tsx';

type Search = Omit<InputOf<Contract['identity']['searchAccounts']>, 'cursor'>;

export function AccountsPage() {
  const [, id] = useRoute();
  return id === undefined ? <Accounts /> : <AccountPage key={id} accountId={id} />;
}

/** Whoever signs in, found by what is known of them. */
function Accounts() {
  const { t } = useTranslation();
  const { hub, account } = useSession();
  const { recent } = useFormats();
  const [search, setSearch] = useState<Search>({});
  const accounts = useList((page) => hub.identity.searchAccounts({ ...search, ...page }), [hub, search]);
  return (
    <>
      <Heading lead={t('accounts.lead')}>{t('accounts.title')}</Heading>
      {account.role === 'admin' && <InviteAccount onInvited={accounts.reload} />}
      <SearchForm onSearch={setSearch} />
      <Listed of={accounts} empty={t('accounts.none')}>
        {(items) => (
          <Table
            label={t('accounts.title')}
            rows={items}
            id={({ id }) => id}
            columns={[
              {
                head: t('accounts.account'),
                cell: ({ id, email }) => (
                  <a href={hrefOf('accounts', id)}>{email ?? t('accounts.byPhone')}</a>
                ),
              },
              { head: t('accounts.role'), cell: ({ role }) => t(`roles.${role}`) },
              { head: t('accounts.created'), cell: ({ createdAt }) => recent(createdAt) },
              {
                head: t('accounts.state'),
                cell: ({ suspendedAt }) => (
                  <Badge tone={suspendedAt === null ? 'good' : 'bad'}>
                    {suspendedAt === null ? t('accounts.active') : t('accounts.suspended')}
                  </Badge>
                ),
              },
            ]}
          />
        )}
      </Listed>
    </>
  );
}

function SearchForm({ onSearch }: { onSearch: (search: Search) => void }) {
  const { t } = useTranslation();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSearch(searchIn(new FormData(event.currentTarget)));
  };
  return (
    <form className="filter" onSubmit={submit} noValidate>
      <TextField name="text" label={t('accounts.text')} inputMode="email" maxLength={254} />
      <ChoiceField
        name="type"
        label={t('accounts.identifierType')}
        choices={IDENTIFIER_TYPES}
        text={(choice) => t(`register.types.${choice}`)}
      />
      <TextField name="value" label={t('accounts.identifier')} maxLength={320} />
      <ChoiceField
        name="role"
        label={t('accounts.role')}
        none={t('accounts.anyRole')}
        choices={ROLES}
        text={(choice) => t(`roles.${choice}`)}
      />
      <ChoiceField
        name="verified"
        label={t('accounts.verified')}
        none={t('accounts.anyVerified')}
        choices={IDENTIFIER_TYPES}
        text={(choice) => t(`register.types.${choice}`)}
      />
      <TextField name="createdFrom" type="date" label={t('accounts.createdFrom')} />
      <TextField name="createdTo" type="date" label={t('accounts.createdTo')} />
      <label className="check">
        <input type="checkbox" name="suspended" value="yes" />
        <span>{t('accounts.onlySuspended')}</span>
      </label>
      <button type="submit" className="primary">
        {t('accounts.search')}
      </button>
    </form>
  );
}

/** What is left empty is not asked for. */
function searchIn(data: FormData): Search {
  const [text, value] = [textIn(data, 'text'), textIn(data, 'value')];
  const type = IDENTIFIER_TYPES.find((choice) => choice === data.get('type')) ?? 'nationalId';
  const role = ROLES.find((choice) => choice === data.get('role'));
  const verified = IDENTIFIER_TYPES.find((choice) => choice === data.get('verified'));
  const [createdFrom, createdTo] = [textIn(data, 'createdFrom'), textIn(data, 'createdTo')];
  return {
    ...(text !== '' && { text }),
    ...(value !== '' && { identifier: { type, value } }),
    ...(role && { role }),
    ...(verified && { verified }),
    ...(createdFrom !== '' && { createdFrom }),
    ...(createdTo !== '' && { createdTo }),
    ...(data.get('suspended') === 'yes' && { suspended: true }),
  };
}
