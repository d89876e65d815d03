import type { InputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { all, PERIODS, SOURCES } from '../../ui/choices.ts';

export type Filters = Omit<InputOf<Contract['exclusions']['list']>, 'cursor'>;
export type Status = NonNullable<Filters['status']>;
export const STATUSES = all<Status>({ active: true, pending: true, ended: true });
export const FILTERS = ['reference', 'status', 'source', 'period', 'from', 'to'] as const;

/** What the parts of an address or the fields of a form say; what nobody can mean is left out. */
export function filtersOf(read: (name: (typeof FILTERS)[number]) => string): Filters {
  const [reference, from, to] = [read('reference'), read('from'), read('to')];
  const status = STATUSES.find((choice) => choice === read('status'));
  const source = SOURCES.find((choice) => choice === read('source'));
  const period = PERIODS.find((choice) => choice === read('period'));
  return {
    ...(reference !== '' && { reference }),
    ...(status && { status }),
    ...(source && { source }),
    ...(period && { period }),
    ...(from !== '' && { from }),
    ...(to !== '' && { to }),
  };
}

/** Parts of an address such as `status=active`. */
export function filtersIn(parts: readonly string[]): Filters {
  return filtersOf((name) => {
    const part = parts.find((candidate) => candidate.startsWith(`${name}=`));
    return part === undefined ? '' : part.slice(name.length + 1);
  });
}

/** The same filters always make the same address. */
export function partsOf(filters: Filters): string[] {
  return FILTERS.flatMap((name) => (filters[name] === undefined ? [] : `${name}=${filters[name]}`));
}
