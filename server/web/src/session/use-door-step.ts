import { useSyncExternalStore } from 'react';

const DOOR_STEPS = ['sign-in', 'sign-up', 'sign-up-operator', 'invited', 'forgot'] as const;
export type DoorStep = (typeof DOOR_STEPS)[number];

function listen(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

/** Where at the door somebody is, and for which code if they came by the link of its message. */
export interface DoorPlace {
  readonly step: DoorStep;
  readonly challengeId: string | undefined;
}

/** A code that somebody is brought to by the link of its message. */
export interface CodeLink {
  readonly step: 'sign-up' | 'sign-up-operator' | 'forgot';
  readonly challengeId: string;
}

export function codeLinkIn({ step, challengeId }: DoorPlace): CodeLink | undefined {
  if (challengeId === undefined || step === 'sign-in' || step === 'invited') return undefined;
  return { step, challengeId };
}

/** Named after the `#`, so that going back is the browser's own way back. */
export function useDoorPlace(): DoorPlace {
  const hash = useSyncExternalStore(listen, () => location.hash);
  const { step, challengeId } = placeIn(hash) ?? {};
  return { step: step ?? 'sign-in', challengeId };
}

function placeIn(hash: string): DoorPlace | undefined {
  const [, name, challengeId] = /^#([a-z-]+)(?:\/(\w{1,64}))?$/.exec(hash) ?? [];
  const step = DOOR_STEPS.find((one) => one === name);
  return step && { step, challengeId };
}

/** Whoever is inside comes back to the first step, not to the one by which they came. */
export function leaveDoor(): void {
  if (placeIn(location.hash) !== undefined) history.replaceState(null, '', location.pathname);
}
