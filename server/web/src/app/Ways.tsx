import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group, Page } from './pages.ts';
import { useRoute } from './use-route.ts';

interface WaysProps {
  readonly pages: readonly Page[];
  readonly current: Page;
}

/** A few pages in a row. */
export function Ways({ pages, current }: WaysProps) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('app.sections')}>
      <Links pages={pages} current={current} />
    </nav>
  );
}

/** Many pages in groups: beside the content where there is room, else folded into a menu. */
export function GroupedWays({ pages, current }: WaysProps) {
  const { t } = useTranslation();
  const id = useId();
  const [open, setOpen] = useState(false);
  const place = useRoute().join('/');
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever arrives somewhere is done with the menu
  useEffect(() => setOpen(false), [place]);
  const groups = [...new Set(pages.map(({ group }) => group))];
  return (
    <nav className="side" aria-label={t('app.sections')}>
      <button
        type="button"
        className="side-menu"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <span>
          {t('app.menu')}: {t(`app.${current.id}`)}
        </span>
        <span aria-hidden="true">{open ? '−' : '+'}</span>
      </button>
      <div id={id} className={open ? 'side-groups side-open' : 'side-groups'}>
        {groups.map((group) => (
          <div key={group} className="side-group">
            {group && <p className="side-title">{t(`app.groups.${group satisfies Group}`)}</p>}
            <Links pages={pages.filter((page) => page.group === group)} current={current} />
          </div>
        ))}
      </div>
    </nav>
  );
}

function Links({ pages, current }: WaysProps) {
  const { t } = useTranslation();
  return pages.map((page) => (
    <a key={page.id} href={`#${page.id}`} aria-current={page.id === current.id ? 'page' : undefined}>
      {t(`app.${page.id}`)}
    </a>
  ));
}
