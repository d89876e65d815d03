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

interface MappingsProps {
  readonly tending: Tending;
  readonly round: number;
}

/** The customers that are asked about by token, those mapped last first; or the one that is looked for. */
export function Mappings({ tending, round }: MappingsProps) {
  const { t } = useTranslation();
  const [customerId, setCustomerId] = useState('');
  const search = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setCustomerId(textIn(new FormData(event.currentTarget), 'customer'));
  };
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
      <MappingList key={customerId} customerId={customerId} tending={tending} round={round} />
    </section>
  );
}

function MappingList({ customerId, tending, round }: MappingsProps & { readonly customerId: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const of = customerId === '' ? {} : { customerId };
  const mappings = useList((page) => hub.tokens.mappings({ ...page, ...of }), [hub, round]);
  const columns = useColumns(tending);
  return (
    <Listed of={mappings} empty={t(customerId === '' ? 'tokens.noCustomers' : 'tokens.unknownCustomer')}>
      {(items) => (
        <Table
          label={t('tokens.customers')}
          columns={columns}
          rows={items}
          id={({ customerId }) => customerId}
        />
      )}
    </Listed>
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
