import type { Purpose } from '../../exclusions/exclusion.ts';
import type { Action, Context, Decision } from '../situation.ts';
import type { Customer, Shown, Vector } from '../vector.ts';

export const ACTION_OF: Readonly<Record<Purpose, Action>> = {
  registration: 'register',
  login: 'logIn',
  deposit: 'deposit',
  bet: 'bet',
  marketing: 'sendMarketing',
};

export const BY_ID: readonly Shown[] = [{ type: 'nationalId' }];
export const BY_BOTH: readonly Shown[] = [{ type: 'nationalId' }, { type: 'phone' }];

export const REFUSED: readonly Decision[] = ['refuse'];
export const ALLOWED: readonly Decision[] = ['allow'];
/** Nothing is known: anything but a yes, and the customer is not told that they are excluded. */
export const NOT_NOW: readonly Decision[] = ['retryLater', 'refuse'];

/** Somebody does something that needs an answer of the hub. */
export function asked(
  id: string,
  title: string,
  covers: readonly string[],
  of: {
    readonly purpose: Purpose;
    readonly customer: Customer;
    readonly expect: readonly Decision[];
    readonly action?: Action;
    readonly context?: Context;
    readonly batch?: string;
    readonly mustAsk?: boolean;
    readonly mustProve?: boolean;
  },
): Vector {
  const { purpose, action = ACTION_OF[purpose], mustAsk = true, ...rest } = of;
  return { id, title, covers, purpose, action, mustAsk, ...rest };
}
