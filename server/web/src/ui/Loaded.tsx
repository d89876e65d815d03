import type { HubError } from '@kinga/client-sdk';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { List } from '../hub/use-list.ts';
import type { Loaded } from '../hub/use-load.ts';
import { Failure } from './Failure.tsx';

interface ShownProps<TData> {
  readonly of: Loaded<TData>;
  readonly children: (data: TData) => ReactNode;
}

/** What the hub answered, once it has; meanwhile that it is being asked, and what to do when it failed. */
export function Shown<TData>({ of: { data, error, reload }, children }: ShownProps<TData>) {
  if (data === undefined) return <NotYet error={error} reload={reload} />;
  return (
    <>
      {children(data)}
      <Failure error={error} />
    </>
  );
}

interface ListedProps<TItem> {
  readonly of: List<TItem>;
  /** What there is to say when there is nothing in it. */
  readonly empty?: ReactNode;
  readonly children: (items: readonly TItem[]) => ReactNode;
}

/** A list in pages. */
export function Listed<TItem>({ of: list, empty, children }: ListedProps<TItem>) {
  const { t } = useTranslation();
  const { items, error, reload, more, busy, loadMore } = list;
  if (items === undefined) return <NotYet error={error} reload={reload} />;
  return (
    <>
      {items.length === 0 && empty !== undefined ? <p className="empty">{empty}</p> : children(items)}
      <Failure error={error} />
      {more && (
        <button type="button" onClick={loadMore} aria-disabled={busy}>
          {busy ? t('form.busy') : t('form.more')}
        </button>
      )}
    </>
  );
}

function NotYet({ error, reload }: { error: HubError | undefined; reload: () => void }) {
  const { t } = useTranslation();
  if (error === undefined) return <p className="loading hint">{t('form.loading')}</p>;
  return (
    <div className="loading">
      <Failure error={error} />
      <button type="button" onClick={reload}>
        {t('form.retry')}
      </button>
    </div>
  );
}
