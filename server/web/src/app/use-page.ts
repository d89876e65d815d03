import { useEffect, useState } from 'react';
import type { Page, Pages } from './pages.ts';
import { useRoute } from './use-route.ts';

/**
 * The page named after the `#`, else the first; moving to another place takes the focus to its heading. Parts such
 * as `status=active` only say what of the place is shown: whoever filters stays where they are. Signing in is moving
 * to a place too; loading the page anew is not.
 */
export function usePage(pages: Pages, entered: boolean): Page {
  const route = useRoute();
  const page = pages.find(({ id }) => id === route[0]) ?? pages[0];
  const place = [page.id, ...route.slice(1).filter((part) => !part.includes('='))].join('/');
  const [shown, setShown] = useState(place);
  useEffect(() => {
    if (place === shown) return;
    setShown(place);
    focusHeading();
  }, [place, shown]);
  // The form of the sign-in is gone, and with it the focus; somebody who types somewhere by now goes on typing.
  useEffect(() => {
    if (entered && document.activeElement === document.body) focusHeading();
  }, [entered]);
  return page;
}

/** A page that is still loading may have none yet. */
function focusHeading(): void {
  const heading = document.querySelector<HTMLElement>('main h1') ?? document.querySelector('main');
  heading?.focus();
}
