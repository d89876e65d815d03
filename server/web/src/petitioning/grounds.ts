import type { GROUNDS } from '@kinga/shared/petitions/contract.ts';
import { all } from '../ui/choices.ts';

/** Who petitions on a page of their own. */
export type Petitioner = 'family' | 'operator';
type GroundsOf<TSource extends Petitioner> = (typeof GROUNDS)[TSource][number];

export const GROUNDS_OF = {
  family: all<GroundsOf<'family'>>({
    seriousFinancialHardship: true,
    riskToDependants: true,
    cannotMakeInformedDecisions: true,
  }),
  operator: all<GroundsOf<'operator'>>({ signsOfHarm: true, statedDistress: true, unaffordableLosses: true }),
} as const satisfies { readonly [TSource in Petitioner]: readonly GroundsOf<TSource>[] };
