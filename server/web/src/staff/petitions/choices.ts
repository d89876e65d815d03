import type { Ground, NoticeWay, PetitionState } from '@kinga/shared/petitions/contract.ts';
import type { Tone } from '../../ui/Badge.tsx';
import { all } from '../../ui/choices.ts';

export const PETITION_STATES = all<PetitionState>({
  filed: true,
  noticeServed: true,
  heard: true,
  hearingWaived: true,
  decided: true,
  appealed: true,
  appealDecided: true,
  withdrawn: true,
});

/** Whose turn it is: what waits for staff stands out. */
export const STATE_TONES: Readonly<Record<PetitionState, Tone>> = {
  filed: 'warn',
  noticeServed: 'plain',
  heard: 'warn',
  hearingWaived: 'warn',
  decided: 'good',
  appealed: 'warn',
  appealDecided: 'good',
  withdrawn: 'plain',
};

/** What staff do where the hub knows no way to the person. */
export const SERVED_OUTSIDE = all<Exclude<NoticeWay, 'account' | 'email' | 'sms'>>({
  hand: true,
  post: true,
  court: true,
});

/** What a court or the regulator may bring forward. */
export const STAFF_GROUNDS = {
  court: all<Extract<Ground, 'courtOrder'>>({ courtOrder: true }),
  regulator: all<
    Extract<Ground, 'protectionOfMinor' | 'protectionOfVulnerablePerson' | 'integrityOfGambling'>
  >({
    protectionOfMinor: true,
    protectionOfVulnerablePerson: true,
    integrityOfGambling: true,
  }),
} as const;
