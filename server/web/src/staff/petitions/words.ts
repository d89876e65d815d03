import { en } from '../../i18n/en.ts';

type GroundKey = keyof typeof en.casework.grounds;
type StepKey = keyof typeof en.casework.kinds;

/** The words for a ground; one that came later than this page is named as it is in the register. */
export function groundKey(ground: string): `casework.grounds.${GroundKey}` {
  return `casework.grounds.${ground in en.casework.grounds ? (ground as GroundKey) : 'other'}`;
}

export function stepKey(kind: string): `casework.kinds.${StepKey}` {
  return `casework.kinds.${kind in en.casework.kinds ? (kind as StepKey) : 'other'}`;
}
