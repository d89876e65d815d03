import type { PetitionDetail } from '@kinga/shared/petitions/contract.ts';

export type Side = 'petitioner' | 'person';
export type Step = 'respond' | 'appeal' | 'withdraw';

/** Only who filed it gets to read again what they stated. */
export function sideOf({ steps }: PetitionDetail): Side {
  return steps[0]?.text == null ? 'person' : 'petitioner';
}

/** What one side may do now; the hub has the last word. */
export function whatNow(petition: PetitionDetail, now: number): readonly Step[] {
  const side = sideOf(petition);
  const { state, decision, appealEndsAt } = petition;
  const isOpen = ['filed', 'noticeServed', 'heard', 'hearingWaived'].includes(state);
  if (side === 'petitioner' && isOpen) return ['withdraw'];
  if (side === 'person' && ['noticeServed', 'hearingWaived'].includes(state)) return ['respond'];
  const isAgainst = decision === (side === 'person' ? 'upheld' : 'dismissed');
  const isInTime = appealEndsAt !== null && Date.parse(appealEndsAt) > now;
  return state === 'decided' && isAgainst && isInTime ? ['appeal'] : [];
}
