import type { PolicyValues } from './values.ts';

const PERIODS_LAW = 'L.N. 112 of 2026, r. 69(2)';
const GRA = 'GRA policy';

/** A period that ends by itself. */
const short = (hours: number) => ({
  length: { hours },
  minimum: { hours },
  staysUntilReturn: false,
  coolingOffDays: 0,
  freshConfirmation: false,
  cites: PERIODS_LAW,
});

/** A period after which the person stays excluded until they ask to return. */
const long = (months: number) => ({
  length: { months },
  minimum: { months },
  staysUntilReturn: true,
  coolingOffDays: 7,
  freshConfirmation: true,
  cites: `${PERIODS_LAW}; return only on request: ${GRA}`,
});

const failClosed = { rule: 'failClosed' } as const;
const FAIL_CLOSED_LAW = `L.N. 112 of 2026, r. 67(3); ${GRA}`;

/**
 * The policy in force since always; the migration writes it as version 1. It is history: a change is a new
 * version, made by `policy.publish`, and never an edit of this one.
 */
export const VERSION_ONE: PolicyValues = {
  periods: {
    '24h': short(24),
    '7d': short(168),
    '30d': short(720),
    '6mo': long(6),
    '1y': long(12),
    permanent: {
      length: null,
      minimum: { months: 36 },
      staysUntilReturn: true,
      coolingOffDays: 7,
      freshConfirmation: true,
      cites: 'L.N. 112 of 2026, r. 69(2) and r. 71(3)',
    },
  },
  reversal: { beforeExpiry: false, cites: 'L.N. 112 of 2026, r. 72(1)' },
  purposes: {
    registration: { reuseSeconds: 0, outage: failClosed, cites: FAIL_CLOSED_LAW },
    login: { reuseSeconds: 0, outage: failClosed, cites: FAIL_CLOSED_LAW },
    deposit: { reuseSeconds: 60, outage: failClosed, cites: FAIL_CLOSED_LAW },
    bet: { reuseSeconds: 60, outage: { rule: 'acceptRecent', seconds: 60 }, cites: GRA },
    marketing: {
      reuseSeconds: 86_400,
      outage: failClosed,
      cites: `L.N. 112 of 2026, r. 70(5)(c); ${GRA}`,
    },
  },
  staleness: { maxMs: 1_000, cites: GRA },
  marketing: {
    toExcluded: false,
    quietDays: 0,
    cites: `L.N. 112 of 2026, r. 70(5)(c), which asks for no quiet days after an exclusion; ${GRA}`,
  },
  retention: {
    checksHashedYears: 7,
    checksClearDays: 90,
    receiptsYears: 7,
    cites: `${GRA}; Data Protection Act 2019, s. 39`,
  },
  petitions: {
    noticeDays: 7,
    hearingDays: 14,
    decisionDays: 30,
    appealDays: 30,
    cites: `${GRA}, on the draft of 18 March 2026`,
  },
  minimumAge: { years: 18, cites: 'Gambling Control Act 2025, s. 72(2)' },
  minimumStake: { amountMinor: '2000', currency: 'KES', cites: 'Gambling Control Act 2025, s. 71(1)' },
  screening: {
    personPerHour: { lookups: 60, mode: 'alarm', cites: GRA },
    sequentialScan: { windowSeconds: 60, identifiers: 20, stepMax: 3, mode: 'alarm', cites: GRA },
    newPeoplePerDay: { floor: 20_000, perMappedCustomer: 2, mode: 'alarm', cites: GRA },
    datesPerName: { dates: 5, mode: 'alarm', cites: GRA },
  },
};
