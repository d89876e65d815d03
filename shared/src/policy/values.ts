import { z } from 'zod';
import * as fields from '../contract/fields.ts';

/** Where a value comes from: a regulation by its number, or the authority's own policy. */
const cites = z.string().trim().min(1).max(200);
const days = (max: number) => z.number().int().min(0).max(max);

/** An exact number of hours, or calendar months in Nairobi. */
export type Duration = { readonly hours: number } | { readonly months: number };

const HOURS_MAX = 2_400;
const MONTHS_MAX = 120;
/** The floors are the law's own lengths: a policy may be stricter than the law, never milder. */
const hours = (floor: number) => z.strictObject({ hours: z.number().int().min(floor).max(HOURS_MAX) });
const months = (floor: number) => z.strictObject({ months: z.number().int().min(floor).max(MONTHS_MAX) });

const ending = {
  coolingOffDays: days(90),
  /** The person must say once more, after the cooling-off, that they want to return. */
  freshConfirmation: z.boolean(),
  cites,
};

/** `minimum`: how long nothing and nobody ends it. `staysUntilReturn`: in force after its end, until asked for. */
function timed<TDuration extends z.ZodType<Duration>>(duration: TDuration) {
  return z.strictObject({ length: duration, minimum: duration, staysUntilReturn: z.boolean(), ...ending });
}

/** In the order and under the names of PERIODS. */
export const periodRules = z.strictObject({
  '24h': timed(hours(24)),
  '7d': timed(hours(168)),
  '30d': timed(hours(720)),
  '6mo': timed(months(6)),
  '1y': timed(months(12)),
  permanent: z.strictObject({
    length: z.null(),
    minimum: months(36),
    staysUntilReturn: z.literal(true),
    ...ending,
  }),
});
export type PeriodRules = z.output<typeof periodRules>;
export type PeriodRule = PeriodRules[keyof PeriodRules];

/** What an operator does about this purpose while the register cannot be asked. */
const outage = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('failClosed') }),
  /** An answer that was given at most so long ago still counts. */
  z.strictObject({ rule: z.literal('acceptRecent'), seconds: z.number().int().min(1).max(300) }),
]);

const DAY_SECONDS = 86_400;
const purpose = (reuseSecondsMax: number) =>
  z.strictObject({
    /** How long after the register's confirmation an answer may be reused; 0: use it once. */
    reuseSeconds: z.number().int().min(0).max(reuseSecondsMax),
    outage,
    cites,
  });

/** In the order and under the names of PURPOSES. */
export const purposeRules = z.strictObject({
  registration: purpose(60),
  login: purpose(60),
  deposit: purpose(300),
  bet: purpose(300),
  marketing: purpose(DAY_SECONDS),
});
export type PurposeRules = z.output<typeof purposeRules>;

const mode = z.enum(['alarm', 'block']);

/** So many dates are remembered of a name. */
export const DATES_PER_NAME_MAX = 12;

/** How far back a quiet time can reach: what ended earlier than so many days ago, nobody has to remember. */
export const QUIET_DAYS_MAX = 3_650;

/** Everything the law and the authority leave to be said in numbers. A version is one whole document. */
export const policyValues = z.strictObject({
  periods: periodRules,
  /** No exclusion ends before its expiry, whoever asks. */
  reversal: z.strictObject({ beforeExpiry: z.literal(false), cites }),
  purposes: purposeRules,
  /** From this age of the register's last confirmation on, an answer needs the database itself. */
  staleness: z.strictObject({ maxMs: z.number().int().min(500).max(1_000), cites }),
  /** Nobody who is excluded is advertised to: a marketing lookup of theirs is EXCLUDED. */
  marketing: z.strictObject({
    toExcluded: z.literal(false),
    /** Nor so many days after an exclusion has ended, by its expiry or by a return. */
    quietDays: days(QUIET_DAYS_MAX),
    cites,
  }),
  /**
   * How long a check is kept. The register keeps the person of a check only as a keyed hash and never in clear, so
   * `checksClearDays` binds whoever keeps answers beside the names they were asked for.
   */
  retention: z.strictObject({
    checksHashedYears: z.number().int().min(1).max(50),
    checksClearDays: days(3_650),
    /** What became of a change at an operator, after the exclusion is over. */
    receiptsYears: z.number().int().min(1).max(50),
    cites,
  }),
  /** Of other people's petitions; each keeps the windows of the version it was filed under. */
  petitions: z.strictObject({
    /** A petition is not left lying: the person is told of it within these days of its filing. */
    noticeDays: z.number().int().min(1).max(365),
    /** The right to be heard: nothing is decided within these days of the notice, unless they were heard or waived it. */
    hearingDays: z.number().int().min(1).max(365),
    /** And it is decided within these days of the end of the hearing window; an appeal, of the appeal. */
    decisionDays: z.number().int().min(1).max(365),
    /** The right to appeal: within these days of the decision. */
    appealDays: z.number().int().min(1).max(365),
    cites,
  }),
  minimumAge: z.strictObject({ years: z.number().int().min(18).max(99), cites }),
  minimumStake: z.strictObject({
    amountMinor: fields.positiveAmountMinor,
    currency: z.literal('KES'),
    cites,
  }),
  screening: z.strictObject({
    /** Lookups of one person by one operator within an hour. */
    personPerHour: z.strictObject({ lookups: z.number().int().min(1).max(100_000), mode, cites }),
    /** So many numbers of which each follows closely on another, asked by one key within the window. */
    sequentialScan: z.strictObject({
      windowSeconds: z.number().int().min(1).max(3_600),
      identifiers: z.number().int().min(3).max(100_000),
      stepMax: z.number().int().min(1).max(1_000),
      mode,
      cites,
    }),
    /**
     * Different people one operator asks about within a day: what anybody may, or so many times the customers it
     * has mapped when that is more. Contacts, documents and names are not added up: the most of one kind counts.
     */
    newPeoplePerDay: z.strictObject({
      floor: z.number().int().min(1).max(10_000_000),
      perMappedCustomer: z.number().int().min(1).max(100),
      mode,
      cites,
    }),
    /** Dates of birth one operator tries with one name within an hour. */
    datesPerName: z.strictObject({
      dates: z.number().int().min(2).max(DATES_PER_NAME_MAX),
      mode,
      cites,
    }),
  }),
});
export type PolicyValues = z.output<typeof policyValues>;

/** The law's own, Gambling Control Act 2025, s. 71(1): twenty shillings. */
const STAKE_FLOOR_MINOR = 2_000n;

/** What a schema of single fields cannot say. Paths begin at the values. */
export function complaintsAbout(values: PolicyValues): { path: string; message: string }[] {
  const complaints: { path: string; message: string }[] = [];
  for (const [period, { length, minimum }] of Object.entries(values.periods)) {
    if (length !== null && sizeOf(minimum) < sizeOf(length)) {
      const message = 'no exclusion ends before its length (L.N. 112 of 2026, r. 72(1))';
      complaints.push({ path: `periods.${period}.minimum`, message });
    }
  }
  if (BigInt(values.minimumStake.amountMinor) < STAKE_FLOOR_MINOR) {
    const message = `at least ${STAKE_FLOOR_MINOR} (Gambling Control Act 2025, s. 71(1))`;
    complaints.push({ path: 'minimumStake.amountMinor', message });
  }
  return complaints;
}

/** Only within one period, where both are of one kind. */
function sizeOf(duration: Duration): number {
  return 'hours' in duration ? duration.hours : duration.months;
}
