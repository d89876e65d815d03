import type { TokenMapping } from '@kinga/shared/tokens/contract.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useList } from '../../hub/use-list.ts';
import { Badge } from '../../ui/Badge.tsx';
import { useFormats } from '../../ui/format.ts';
import { Listed } from '../../ui/Loaded.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { TextField, textIn } from '../../ui/TextField.tsx';
import { TokenActions } from './TokenActions.tsx';
import type { Tending } from './use-tending.ts';

/** The customers that are asked about by token, those mapped last first. */
export function Mappings({ tending, round }: { tending: Tending; round: number }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const [customerId, setCustomerId] = useState<string>();
  const mappings = useList(
    (page) => hub.tokens.mappings({ ...page, ...(customerId !== undefined && { customerId }) }),
    [hub, round, customerId],
  );
  const search = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setCustomerId(textIn(new FormData(event.currentTarget), 'customer') || undefined);
  };
  const columns = useColumns(tending);
  return (
    <section className="block" aria-labelledby="customers">
      <h2 id="customers">{t('tokens.customers')}</h2>
      <p className="hint">
        {t('tokens.bySystems')} <a href="#keys">{t('conformance.toKeys')}</a>{' '}
        <a href="/api/docs">{t('operator.docs')}</a>
      </p>
      <form className="filter" onSubmit={search} noValidate>
        <TextField name="customer" label={t('tokens.customer')} maxLength={128} />
        <button type="submit">{t('tokens.findCustomer')}</button>
      </form>
      <Listed
        of={mappings}
        empty={customerId === undefined ? t('tokens.noCustomers') : t('tokens.unknownCustomer')}
      >
        {(items) => (
          <Table
            label={t('tokens.customers')}
            columns={columns}
            rows={items}
            id={({ customerId }) => customerId}
          />
        )}
      </Listed>
    </section>
  );
}

function useColumns(tending: Tending): readonly Column<TokenMapping>[] {
  const { t } = useTranslation();
  const { recent } = useFormats();
  return [
    {
      head: t('tokens.customer'),
      cell: ({ customerId, handle }) => <a href={hrefOf('tokens', handle)}>{customerId}</a>,
    },
    {
      head: t('tokens.token'),
      cell: ({ token }) =>
        token === null ? (
          <Badge tone="warn">{t('tokens.states.revoked')}</Badge>
        ) : (
          <span className="mono">{token}</span>
        ),
    },
    { head: t('tokens.mapped'), cell: ({ mappedAt }) => recent(mappedAt) },
    {
      head: t('tokens.actions'),
      quiet: true,
      cell: ({ customerId, token }) =>
        token !== null && <TokenActions key={token} of={{ token, name: customerId }} tending={tending} />,
    },
  ];
}
