import type { House } from './operators.ts';
import { HONEST } from './operators.ts';

/** One way of being careless, and the vectors that must catch it: all of these. */
export interface Careless {
  readonly what: string;
  readonly house: House;
  readonly caughtBy: readonly string[];
  /** Of which documented failure this is the repetition. */
  readonly repeats: string;
}

/** Planted violations: what systems in service have really done. */
export const CARELESS: readonly Careless[] = [
  {
    what: 'takes UNKNOWN for a yes',
    repeats: 'F15',
    house: {
      ...HONEST,
      answered: (answer) => (answer.status === 'UNKNOWN' ? { decision: 'allow' } : HONEST.answered(answer)),
    },
    caughtBy: ['unknown-registration', 'unknown-login', 'unknown-deposit', 'unknown-bet', 'evening-2'],
  },
  {
    what: 'takes an error for CLEAR',
    repeats: 'F15',
    house: { ...HONEST, failed: () => ({ decision: 'allow' }) },
    caughtBy: [
      'unavailable-bet',
      'rateLimited-login',
      'slow-registration',
      'malformed-id-short',
      'evening-3',
    ],
  },
  {
    what: 'joins a batch by position',
    repeats: 'F16',
    house: {
      ...HONEST,
      joined: (asked, results) => new Map(results.map((result, i) => [asked[i]!.id, result])),
    },
    caughtBy: ['wash-4'],
  },
  {
    what: 'ignores validUntil',
    repeats: 'F13',
    house: {
      ...HONEST,
      remembered: ({ context: { lastAnswer } }) =>
        lastAnswer?.status === 'CLEAR' ? { decision: 'allow' } : undefined,
    },
    caughtBy: ['over-bet', 'over-window', 'over-login', 'over-purpose', 'over-edited', 'over-account'],
  },
  {
    what: 'keeps a refusal for ever',
    repeats: 'F12',
    house: {
      ...HONEST,
      remembered: (situation) =>
        situation.context.lastAnswer?.status === 'EXCLUDED'
          ? { decision: 'refuse' }
          : HONEST.remembered(situation),
    },
    caughtBy: ['over-excluded'],
  },
  {
    what: 'asks by the first identifier only',
    repeats: 'F14',
    house: {
      ...HONEST,
      question: (situation) => {
        const { identifiers, purpose } = HONEST.question(situation);
        return { identifiers: identifiers.slice(0, 1), purpose };
      },
    },
    caughtBy: ['person-shared-phone', 'person-new-sim', 'person-last-of-three', 'person-no-id'],
  },
  {
    what: 'matches names by itself and never hands them over',
    repeats: 'F6',
    house: {
      ...HONEST,
      question: (situation) => {
        const { identifiers, purpose } = HONEST.question(situation);
        return { identifiers, purpose };
      },
    },
    caughtBy: ['person-misspelt', 'person-reordered', 'person-two-names', 'person-born-no-day'],
  },
  {
    what: 'knows nobody by more than a name',
    repeats: 'F5',
    house: {
      ...HONEST,
      question: (situation) => {
        const { person, purpose, identifiers } = HONEST.question(situation);
        return person === undefined ? { identifiers, purpose } : { identifiers: [], person, purpose };
      },
    },
    caughtBy: ['person-born-unknown', 'person-born-other', 'person-surname'],
  },
  {
    what: 'drops identifiers that do not look as expected',
    repeats: 'F2',
    house: {
      ...HONEST,
      question: (situation) => {
        const { identifiers, ...question } = HONEST.question(situation);
        return { ...question, identifiers: identifiers.filter(({ value }) => /^\+?[\w@.]+$/.test(value)) };
      },
    },
    caughtBy: [
      'spelling-nationalId-spaced',
      'spelling-nationalId-dashed',
      'spelling-phone-spaced',
      'malformed-beside',
    ],
  },
  {
    what: 'asks everything as a bet',
    repeats: 'F11',
    house: {
      ...HONEST,
      question: (situation) => ({ ...HONEST.question(situation), purpose: 'bet' }),
    },
    caughtBy: ['excluded-marketing', 'clear-registration', 'wash-2'],
  },
  {
    what: 'does not wash what affiliates sell',
    repeats: 'F18',
    house: {
      ...HONEST,
      remembered: (situation) =>
        situation.context.source === 'affiliate' ? { decision: 'allow' } : HONEST.remembered(situation),
    },
    caughtBy: ['person-affiliate', 'person-affiliate-clear'],
  },
  {
    what: 'opens accounts when its own calendar says so',
    repeats: 'F10',
    house: {
      ...HONEST,
      remembered: (situation) =>
        situation.context.periodOver === true ? { decision: 'allow' } : HONEST.remembered(situation),
      changed: (change) => (change.type === 'lifted' ? { decision: 'ignore' } : HONEST.changed(change)),
    },
    caughtBy: ['person-calendar', 'change-lifted'],
  },
  {
    what: 'corrects details without asking again',
    repeats: 'F8',
    house: {
      ...HONEST,
      remembered: (situation) =>
        situation.action === 'editIdentity' ? { decision: 'allow' } : HONEST.remembered(situation),
    },
    caughtBy: ['person-corrected', 'person-corrected-clear'],
  },
  {
    what: 'opens dormant accounts without asking',
    repeats: 'F7',
    house: {
      ...HONEST,
      remembered: (situation) =>
        situation.context.account === 'dormant' ? { decision: 'allow' } : HONEST.remembered(situation),
    },
    caughtBy: ['person-moved', 'person-moved-no-id'],
  },
  {
    what: 'asks each brand’s own list instead of the register',
    repeats: 'F9',
    house: {
      ...HONEST,
      remembered: (situation) =>
        situation.context.source === 'otherBrand' ? { decision: 'allow' } : HONEST.remembered(situation),
    },
    caughtBy: ['person-other-brand'],
  },
  {
    what: 'keeps the money of the excluded, and no receipts',
    repeats: 'F13',
    house: {
      ...HONEST,
      withdrawn: () => undefined,
      answered: (answer) => ({ decision: HONEST.answered(answer).decision }),
    },
    caughtBy: ['withdraw-excluded', 'receipt-refused', 'receipt-allowed', 'over-window'],
  },
  {
    what: 'goes on over a gap and applies changes twice',
    repeats: 'F10',
    house: { ...HONEST, changed: () => ({ decision: 'closeAccount' }) },
    caughtBy: ['change-gap', 'change-again', 'change-reset', 'change-identified'],
  },
  {
    what: 'asks for nothing further after a possible match',
    repeats: 'F14',
    house: {
      ...HONEST,
      answered: ({ ask: _never, ...answer }) => HONEST.answered(answer),
    },
    caughtBy: ['person-no-id', 'person-unknown-id', 'person-moved-no-id'],
  },
];
