import { useEffect, useState } from 'react';
import type { Page, Pages } from './pages.ts';
import { useRoute } from './use-route.ts';

/**
 * The page named after the `#`, else the first; moving to another place takes the focus to its heading. Parts such
 * as `status=active` only say what of the place is shown: whoever filters stays where they are.
 */
export function usePage(pages: Pages): Page {
  const route = useRoute();
  const page = pages.find(({ id }) => id === route[0]) ?? pages[0];
  const place = [page.id, ...route.slice(1).filter((part) => !part.includes('='))].join('/');
  const [shown, setShown] = useState(place);
  useEffect(() => {
    if (place === shown) return;
    setShown(place);
    document.querySelector<HTMLElement>('main h1')?.focus();
  }, [place, shown]);
  return page;
}
