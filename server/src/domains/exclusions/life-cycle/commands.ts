import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { ExclusionCycle, ExclusionNews, lifeCycle } from '@kinga/shared/exclusions/life-cycle.ts';
import type { PeriodRules } from '@kinga/shared/policy/values.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { readPolicy } from '../../policy/index.ts';
import { tellLater } from '../notices/changed.ts';
import { commandOf } from '../people/change.ts';
import type { ReaderDeps } from '../register/read.ts';
import type { Register, Told } from '../register/register.ts';
import { changeTerm } from './change.ts';
import { refuseStaff, refuseStrangers, refuseThirdParty } from './own.ts';
import { type Cycle, lockCycle, readCycle } from './row.ts';
import { extendedTerm, promisedEnd, type RulesAt, refuseOver, renewalTerm } from './rules.ts';
import { viewOf } from './view.ts';
import { closeWish } from './wish.ts';

export interface LifeCycleDeps extends ReaderDeps {
  readonly register: Pick<Register, 'changeWithin' | 'reached'>;
  /** Of what is past; who makes a promise now reads the policy in the same transaction. */
  readonly rulesAt: RulesAt;
}

/** What a command has before it: the exclusion, locked and the caller's to change, and the policy of now. */
export interface Held {
  readonly tx: Tx;
  readonly cycle: Cycle;
  readonly rules: PeriodRules;
  readonly rulesAt: RulesAt;
  readonly call: Call;
}

/** What it did; no news: nothing changed. */
export interface Done {
  readonly news?: ExclusionNews;
  readonly told?: Told;
}

export type Command = (
  asked: { readonly input: { readonly id: string }; readonly call: Call },
  work: (held: Held) => Promise<Done>,
) => Promise<ExclusionCycle>;

/** Lock, permission, effect, news and kept answer in one transaction; answered once this node has the log. */
export function createCommand(platform: Platform, deps: LifeCycleDeps): Command {
  return ({ input, call }, work) =>
    commandOf({ platform, deps: deps.register }, { call, input }, async (tx) => {
      const cycle = await lockCycle(tx, input.id);
      await refuseStrangers(tx, call.actor, cycle, deps);
      const { periods: rules } = (await readPolicy(tx, cycle.now)).values;
      const { rulesAt } = deps;
      const { news, told } = await work({ tx, cycle, rules, rulesAt, call });
      const output = viewOf(await readCycle(tx, input.id), rulesAt);
      if (news !== undefined) await tellLater(tx, { exclusionId: input.id, news, endsAt: output.endsAt });
      return { output, told: told ?? (async () => {}) };
    });
}

export function createTermCommands(command: Command, { register }: LifeCycleDeps) {
  const { changeWithin } = register;
  return {
    extend: (input: ParsedInputOf<typeof lifeCycle.extend>, call: Call) =>
      command({ input, call }, async ({ tx, cycle, rules }) => {
        refuseThirdParty(call.actor, cycle);
        await closeWish(tx, cycle.id, 'superseded');
        const { told } = await changeTerm(tx, changeWithin, cycle, {
          change: 'extended',
          kind: 'extended',
          by: call,
          term: (at) => extendedTerm(cycle, input.period, rules, at),
        });
        return { news: 'extended', told };
      }),
    setRenewal: (input: ParsedInputOf<typeof lifeCycle.setRenewal>, call: Call) =>
      command({ input, call }, async (held) => {
        const { tx, cycle } = held;
        refuseThirdParty(call.actor, cycle);
        refuseOver(cycle, cycle.now);
        if (!input.renews) refuseStaff(call.actor, cycle);
        if (cycle.renews === input.renews) return {};
        if (input.renews) await closeWish(tx, cycle.id, 'superseded');
        const { told } = await changeTerm(tx, changeWithin, cycle, renewalOf(held, input.renews));
        return { news: input.renews ? 'renewalOn' : 'renewalOff', told };
      }),
  };
}

/**
 * Switched off, what ends by itself has an end again: its entry is a `lifted` one that takes effect then. What
 * stays until a return is asked for has none, whether it renews or not.
 */
function renewalOf({ cycle, call }: Held, renews: boolean) {
  const ends = !renews && !cycle.stays ? promisedEnd(cycle, cycle.now) : null;
  return {
    change: renews ? 'renewalOn' : 'renewalOff',
    kind: ends === null ? 'extended' : 'lifted',
    ...(ends === null ? {} : { effectiveAt: ends }),
    by: call,
    // Between the look and the entry another cycle may have begun: never an end before the one that is told.
    term: (at: number) => renewalTerm(cycle, renews, ends === null ? at : cycle.now),
  } as const;
}
