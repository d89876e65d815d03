import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import { PERIODS, PURPOSES, SOURCES } from '@kinga/shared/exclusions/contract.ts';
import type { statistics } from '@kinga/shared/exclusions/statistics.ts';
import type { Handlers } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { countsOf, grouped, readFigures } from './checks.ts';
import { type Days, daysOf, recentOf } from './days.ts';
import { countAgeBands, type Registered, readRegistrations, readStanding } from './registrations.ts';
import { confinedTo, readOperators, readReport } from './report.ts';

type Range = ParsedInputOf<typeof statistics.statistics>;

/** The register in figures, for whoever supervises it. */
export function createStatistics({ db, crypto }: Platform): Handlers<typeof statistics> {
  return {
    statistics: (input) =>
      db.transaction(async (tx) => {
        const days = daysOf(input);
        const { now, figures, operators } = await readCommon(tx, days);
        const registered = await readRegistrations(tx, days);
        const registeredByDay = grouped(registered, ({ day }) => day);
        const { total, byDay, byOperator, uncounted } = figures;
        return {
          ...rangeOf(input, now),
          now: await readStanding(tx),
          registrations: {
            ...registrationsOf(registered),
            byAgeBand: await countAgeBands(tx, crypto, days),
          },
          days: days.all.map((day) => ({
            day,
            registrations: sum(registeredByDay.get(day) ?? []),
            ...countsOf(byDay.get(day)),
          })),
          checks: {
            ...countsOf(total),
            byPurpose: PURPOSES.map((purpose) => ({
              purpose,
              ...countsOf(total.filter((one) => one.purpose === purpose)),
            })),
            byOperator: operators.map(({ id, name }) => ({
              operatorId: id,
              name,
              ...countsOf(byOperator.get(id)),
            })),
          },
          uncounted: [...uncounted],
        };
      }),
    report: (input, call) => db.transaction((tx) => readReport(tx, input, confinedTo(call.actor))),
  };
}

async function readCommon(tx: Tx, days: Days) {
  await actForEveryTenant(tx);
  const { now, recent } = await recentOf(tx, days);
  const figures = await readFigures(tx, days, recent);
  return { now, figures, operators: await readOperators(tx) };
}

function rangeOf({ from, to }: Range, now: Date) {
  return { from, to, asOf: now.toISOString() };
}

function registrationsOf(registered: readonly Registered[]) {
  return {
    total: sum(registered),
    byPeriod: PERIODS.map((period) => ({
      period,
      registrations: sum(registered.filter((one) => one.period === period)),
    })),
    bySource: SOURCES.map((source) => ({
      source,
      registrations: sum(registered.filter((one) => one.source === source)),
    })),
  };
}

function sum(registered: readonly Registered[]): number {
  return registered.reduce((all, { registrations }) => all + registrations, 0);
}
