import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Page } from './pages.tsx';

function listen(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

/** The page named after the `#`, else the first; moving to another takes the focus to its heading. */
export function usePage(pages: readonly [Page, ...Page[]]): Page {
  const hash = useSyncExternalStore(listen, () => location.hash.slice(1));
  const page = pages.find(({ id }) => id === hash) ?? pages[0];
  const [shown, setShown] = useState(page.id);
  useEffect(() => {
    if (page.id === shown) return;
    setShown(page.id);
    document.querySelector<HTMLElement>('main h1')?.focus();
  }, [page.id, shown]);
  return page;
}
