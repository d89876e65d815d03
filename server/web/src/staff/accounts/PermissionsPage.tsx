import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useLoad } from '../../hub/use-load.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Field } from '../../ui/Field.tsx';
import { Heading } from '../../ui/Heading.tsx';
import { Shown } from '../../ui/Loaded.tsx';
import { type Column, Table } from '../../ui/Table.tsx';

type Guarded = OutputOf<Contract['identity']['permissions']>['items'][number];

/** Who may call or watch what: the roles' own, and what support was granted. */
export function PermissionsPage() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const [text, setText] = useState('');
  const loaded = useLoad(async () => (await hub.identity.permissions({})).items, [hub]);
  const action = useAction<Guarded>();
  const change = async ({ name, granted }: Guarded) => {
    const input = { procedure: name, role: 'support' } as const;
    const after = await action.run(() =>
      granted.roles.includes('support')
        ? hub.identity.revokePermission(input)
        : hub.identity.grantPermission(input),
    );
    if (after === undefined) return;
    loaded.set((loaded.data ?? []).map((item) => (item.name === after.name ? after : item)));
  };
  const columns = useColumns(change);
  const wanted = text.trim().toLowerCase();
  return (
    <>
      <Heading lead={t('permissions.lead')}>{t('permissions.title')}</Heading>
      <div className="filter">
        <Field label={t('permissions.find')}>
          {(described) => (
            <input
              {...described}
              type="search"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Failure error={action.error} />
      <Shown of={loaded}>
        {(items) => (
          <Table
            label={t('permissions.title')}
            columns={columns}
            rows={items.filter(({ name, summary }) => `${name} ${summary}`.toLowerCase().includes(wanted))}
            id={({ name }) => name}
          />
        )}
      </Shown>
    </>
  );
}

function useColumns(onChange: (item: Guarded) => Promise<void>): readonly Column<Guarded>[] {
  const { t } = useTranslation();
  const { account } = useSession();
  return [
    {
      head: t('permissions.what'),
      cell: ({ name, summary }) => (
        <>
          <span className="mono">{name}</span>
          <span className="hint block-hint" lang="en">
            {summary}
          </span>
        </>
      ),
    },
    {
      head: t('permissions.who'),
      cell: ({ access, roles, scopes }) =>
        access === 'listed'
          ? [...roles.map((role) => t(`roles.${role}`)), ...scopes].join(', ')
          : t(`permissions.access.${access}`),
    },
    {
      head: t('permissions.granted'),
      cell: (item) => {
        const { granted, grantable, name } = item;
        const has = granted.roles.includes('support');
        return (
          <>
            {has && `${t('roles.support')} `}
            {granted.accountIds.length > 0 && t('permissions.accounts', { count: granted.accountIds.length })}
            {account.role === 'admin' && grantable && (
              <button type="button" className="quiet" aria-pressed={has} onClick={() => void onChange(item)}>
                {has ? t('permissions.takeBack') : t('permissions.grant')}
                <span className="unseen"> {name}</span>
              </button>
            )}
          </>
        );
      },
    },
  ];
}
