import { en } from '../i18n/en.ts';

type GroundKey = keyof typeof en.others.grounds;
type StepKey = keyof typeof en.others.steps;

/** One that came later than this page has no words of its own. */
export function groundKey(ground: string): `others.grounds.${GroundKey}` {
  return `others.grounds.${ground in en.others.grounds ? (ground as GroundKey) : 'other'}`;
}

export function stepKey(kind: string): `others.steps.${StepKey}` {
  return `others.steps.${kind in en.others.steps ? (kind as StepKey) : 'other'}`;
}
