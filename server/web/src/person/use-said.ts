import { type RefObject, useEffect, useRef, useState } from 'react';

export interface Said {
  readonly text: string | undefined;
  readonly place: RefObject<HTMLParagraphElement | null>;
  say(text: string): void;
}

/** What was just done, where it is read out and seen: the button that did it may be gone. */
export function useSaid(): Said {
  const [said, setSaid] = useState<{ readonly text: string }>();
  const place = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (said !== undefined) place.current?.focus();
  }, [said]);
  return { text: said?.text, say: (text) => setSaid({ text }), place };
}
