import { useSyncExternalStore } from 'react';

const DOOR_STEPS = ['sign-in', 'sign-up', 'sign-up-operator', 'invited', 'forgot'] as const;
export type DoorStep = (typeof DOOR_STEPS)[number];

function listen(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

/** Named after the `#`, so that going back is the browser's own way back. */
export function useDoorStep(): DoorStep {
  const hash = useSyncExternalStore(listen, () => location.hash.slice(1));
  return DOOR_STEPS.find((step) => step === hash) ?? 'sign-in';
}

/** Whoever is inside comes back to the first step, not to the one by which they came. */
export function leaveDoor(): void {
  if (DOOR_STEPS.some((step) => `#${step}` === location.hash)) {
    history.replaceState(null, '', location.pathname);
  }
}
