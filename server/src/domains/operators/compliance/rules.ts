import type { Purpose } from '@kinga/shared/exclusions/contract.ts';
import type { CompliancePart } from '@kinga/shared/operators/compliance.ts';
import { ACKNOWLEDGED_WITHIN_SECONDS, type Heard } from '../../exclusions/index.ts';

/** What is known of one operator in one period. */
export interface Facts extends Heard {
  readonly days: number;
  readonly daysWithChecks: number;
  readonly checksBy: Readonly<Partial<Record<Purpose, number>>>;
  readonly unknown: number;
  readonly unknownRepeated: number;
  /** null: nobody has said until when. */
  readonly licenceIsValid: boolean | null;
  readonly liveKeys: number;
  readonly signingKeys: number;
}

interface Rule {
  readonly name: string;
  readonly weight: number;
  judge(facts: Facts): Pick<CompliancePart, 'value' | 'reason'>;
}

/** Before each of these a person has to be checked (L.N. 112 of 2026; BetStop and Spelpaus ask for the same). */
const REQUIRED_PURPOSES = ['registration', 'deposit', 'bet'] as const satisfies readonly Purpose[];

/**
 * What an operator is judged by, and how much each counts. A part that cannot be judged counts neither way. The
 * score is a reason to look, never by itself a reason to act.
 */
export const RULES: readonly Rule[] = [
  {
    name: 'dailyChecks',
    weight: 25,
    judge: ({ days, daysWithChecks }) => ({
      value: days === 0 ? null : daysWithChecks / days,
      reason: `Checks on ${daysWithChecks} of ${days} days; operators verify every day`,
    }),
  },
  {
    name: 'checkedPurposes',
    weight: 20,
    judge: ({ checksBy, daysWithChecks }) => {
      const missing = REQUIRED_PURPOSES.filter((purpose) => !checksBy[purpose]);
      return {
        value: daysWithChecks === 0 ? 0 : 1 - missing.length / REQUIRED_PURPOSES.length,
        reason:
          missing.length === 0
            ? `People are checked before ${REQUIRED_PURPOSES.join(', ')}`
            : `Nobody was checked before: ${missing.join(', ')}`,
      };
    },
  },
  {
    name: 'unknownAnswers',
    weight: 10,
    judge: ({ unknown, unknownRepeated }) => ({
      value: unknown === 0 ? null : unknownRepeated / unknown,
      reason:
        unknown === 0
          ? 'No answer was UNKNOWN'
          : `After ${unknownRepeated} of ${unknown} UNKNOWN answers the same person was asked about again that day; UNKNOWN is not CLEAR`,
    }),
  },
  {
    name: 'acknowledgedChanges',
    weight: 15,
    judge: ({ changes, changesInTime }) => ({
      value: changes === 0 ? null : changesInTime / changes,
      reason:
        changes === 0
          ? 'No change concerned its mapped customers'
          : `${changesInTime} of ${changes} changes were acknowledged within ${ACKNOWLEDGED_WITHIN_SECONDS} seconds`,
    }),
  },
  {
    name: 'closedAccounts',
    weight: 10,
    judge: ({ closings, closingsInTime }) => ({
      value: closings === 0 ? null : closingsInTime / closings,
      reason:
        closings === 0
          ? 'No account had to be closed'
          : `${closingsInTime} of ${closings} accounts were reported closed within 24 hours`,
    }),
  },
  {
    name: 'licence',
    weight: 15,
    judge: ({ licenceIsValid }) => ({
      value: licenceIsValid === null ? null : Number(licenceIsValid),
      reason:
        licenceIsValid === null
          ? 'Nobody has entered until when the licence is valid'
          : `The licence ${licenceIsValid ? 'is valid' : 'has ended'}`,
    }),
  },
  {
    name: 'signatures',
    weight: 5,
    judge: ({ liveKeys, signingKeys }) => ({
      value: liveKeys === 0 ? null : signingKeys / liveKeys,
      reason: `${signingKeys} of ${liveKeys} keys sign their requests`,
    }),
  },
];

export function judge(facts: Facts): { score: number | null; parts: CompliancePart[] } {
  const parts = RULES.map(({ name, weight, judge: judgePart }) => ({ name, weight, ...judgePart(facts) }));
  let weights = 0;
  let points = 0;
  for (const { value, weight } of parts) {
    if (value === null) continue;
    weights += weight;
    points += value * weight;
  }
  return { score: weights === 0 ? null : Math.round((points / weights) * 1000) / 10, parts };
}
