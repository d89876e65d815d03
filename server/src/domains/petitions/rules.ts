import { conflict, invalidInput, KingaError } from '@kinga/shared/contract/errors.ts';
import type { ParsedInputOf, Role } from '@kinga/shared/contract/procedure.ts';
import { PERIODS, type Period } from '@kinga/shared/exclusions/exclusion.ts';
import {
  GROUNDS,
  type PetitionSource,
  type PetitionState,
  type petitions,
} from '@kinga/shared/petitions/contract.ts';

const DAY_MS = 86_400_000;

export function daysAfter(at: Date, days: number): Date {
  return new Date(at.getTime() + days * DAY_MS);
}

const SOURCES_OF: Readonly<Record<Role, readonly PetitionSource[]>> = {
  admin: ['court', 'regulator'],
  regulator: ['court', 'regulator'],
  support: ['court', 'regulator'],
  operator: ['operator'],
  bettor: ['family'],
  citizen: ['family'],
};

/** Before the decision; each of these can still be withdrawn. */
export const OPEN: readonly PetitionState[] = ['filed', 'noticeServed', 'heard', 'hearingWaived'];

/** What the schema cannot say of a petition: who may bring it, on which ground, and with what. */
export function checkFiling(input: ParsedInputOf<typeof petitions.file>, role: Role): void {
  const { source, ground, customerId } = input;
  if (!SOURCES_OF[role].includes(source)) {
    const message = `your role may petition as: ${SOURCES_OF[role].join(', ') || 'nobody'}`;
    throw new KingaError('FORBIDDEN', message, { details: [{ path: 'source', message }] });
  }
  const grounds: readonly string[] = GROUNDS[source];
  if (!grounds.includes(ground)) {
    throw invalidInput('ground', `for this source one of: ${grounds.join(', ')}`);
  }
  if (source === 'operator' && customerId === undefined) {
    throw invalidInput('customerId', 'an operator names its customer');
  }
  if (source !== 'operator' && customerId !== undefined) {
    throw invalidInput('customerId', 'only an operator has customers');
  }
}

export function inState(state: PetitionState, allowed: readonly PetitionState[]): void {
  if (!allowed.includes(state)) throw conflict('id', `the petition is in the state ${state}`);
}

/** The person was heard on what was asked, and the petitioner asked for no more. */
export function refuseLonger(period: Period, asked: Period): void {
  if (PERIODS.indexOf(period) <= PERIODS.indexOf(asked)) return;
  throw invalidInput('period', `longer than was asked for: at most ${asked}`);
}
