import { type RefObject, useEffect, useRef } from 'react';

/** The first wrong field of a form takes the focus, whoever found it: the form itself or the hub. */
export function useFocusInvalid(seen: unknown, told?: unknown): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is wrong decides when to look
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [seen, told]);
  return form;
}
