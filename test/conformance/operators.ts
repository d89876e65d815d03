import type { Integration, Verdict } from '@kinga/client-sdk';
import type { Situation } from '@kinga/shared/conformance/contract.ts';
import type { LookupAnswer, Purpose } from '@kinga/shared/exclusions/contract.ts';

export type Customer = NonNullable<Situation['customer']>;
export interface Question extends Customer {
  readonly purpose: Purpose;
}

/** How an operator's system asks the hub. */
export interface Line {
  /** Throws something with a `code`. */
  ask(question: Question, deadlineMs?: number): Promise<LookupAnswer>;
  /** As they came, not joined. */
  askMany(
    questions: readonly (Question & { readonly ref: string })[],
  ): Promise<readonly ({ ref: string } & Partial<LookupAnswer> & { error?: { code: string } })[]>;
}

/** The decisions of an operator's system, each of which a careless one takes otherwise. */
export interface House {
  /** Undefined: what was answered last does not count. */
  remembered(situation: Situation): Verdict | undefined;
  question(situation: Situation): Question;
  answered(answer: LookupAnswer): Verdict;
  failed(code: string): Verdict;
  changed(change: NonNullable<Situation['change']>): Verdict;
  withdrawn(situation: Situation): Verdict | undefined;
  joined(
    asked: readonly Situation[],
    results: Awaited<ReturnType<Line['askMany']>>,
  ): ReadonlyMap<string, Awaited<ReturnType<Line['askMany']>>[number]>;
}

/** A small honest operator. */
export const HONEST: House = {
  remembered: ({ context, purpose }) => {
    const last = context.lastAnswer;
    const counts = last !== undefined && last.purpose === purpose && last.validForMs > 0;
    if (!counts || context.identityChanged === true) return undefined;
    if (last.status === 'EXCLUDED') return { decision: 'refuse' };
    return last.status === 'CLEAR' ? { decision: 'allow' } : undefined;
  },
  question: ({ customer, purpose }) => ({ ...customer!, purpose: purpose! }),
  answered: ({ status, ask, checkId }) => {
    if (status === 'EXCLUDED') return { decision: 'refuse', checkId };
    if (status === 'CLEAR') return { decision: 'allow', checkId };
    return { decision: ask === undefined ? 'retryLater' : `askFor:${ask}`, checkId };
  },
  failed: (code) => ({ decision: code === 'INVALID_INPUT' ? 'rejectInput' : 'retryLater' }),
  changed: ({ type, seq, appliedSeq }) => {
    if (type === 'reset') return { decision: 'checkAgain' };
    if (seq <= appliedSeq) return { decision: 'ignore' };
    if (seq > appliedSeq + 1) return { decision: 'resume' };
    return { decision: type === 'registered' || type === 'extended' ? 'closeAccount' : 'checkAgain' };
  },
  withdrawn: () => ({ decision: 'allow' }),
  joined: (_asked, results) => new Map(results.map((result) => [result.ref, result])),
};

/** An operator's system over a line to the hub. */
export function integrationOf(line: Line, house: House): Integration {
  const decide = async (situation: Situation): Promise<Verdict> => {
    const settled = beforehand(house, situation);
    if (settled !== undefined) return settled;
    try {
      return house.answered(await line.ask(house.question(situation), situation.context.deadlineMs));
    } catch (error) {
      return house.failed(codeOf(error));
    }
  };
  const decideBatch = async (situations: readonly Situation[]) => {
    const questions = situations.map((situation) => ({ ref: situation.id, ...house.question(situation) }));
    const answers = house.joined(situations, await line.askMany(questions));
    return new Map(
      situations.map(({ id }): [string, Verdict] => {
        const answer = answers.get(id);
        if (answer?.status === undefined) return [id, house.failed(answer?.error?.code ?? 'UNAVAILABLE')];
        return [id, house.answered(answer as LookupAnswer)];
      }),
    );
  };
  return { decide, decideBatch };
}

function beforehand(house: House, situation: Situation): Verdict | undefined {
  if (situation.change !== undefined) return house.changed(situation.change);
  const withdrawal = situation.action === 'withdraw' ? house.withdrawn(situation) : undefined;
  return withdrawal ?? house.remembered(situation);
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? 'UNAVAILABLE');
}
