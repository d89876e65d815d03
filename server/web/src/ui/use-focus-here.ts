import { type RefObject, useEffect, useRef } from 'react';

/** What has just appeared takes the focus, so that nobody has to look for it. */
export function useFocusHere<TElement extends HTMLElement>(): RefObject<TElement | null> {
  const here = useRef<TElement>(null);
  useEffect(() => here.current?.focus(), []);
  return here;
}
