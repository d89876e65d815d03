import type { ConformanceResult, Decision, Situation } from '@kinga/shared/conformance/contract.ts';
import type { Hub } from './types.ts';

export type {
  ConformanceFailure,
  ConformanceResult,
  Decision,
  Situation,
} from '@kinga/shared/conformance/contract.ts';

/** What the operator's own system makes of a situation. */
export interface Verdict {
  readonly decision: Decision;
  /** Of the hub's answer it rests on. */
  readonly checkId?: string;
}

export interface Integration {
  decide(situation: Situation): Promise<Verdict>;
  /** Situations of one batch, for a system that asks about lists by itself; by the situation's id. */
  decideBatch?(situations: readonly Situation[]): Promise<ReadonlyMap<string, Verdict>>;
}

/** What the runner needs of the hub, however it is reached. */
export interface ConformanceCalls {
  readonly conformance: Pick<Hub['conformance'], 'start' | 'submit'>;
}

/**
 * Runs the conformance suite with a sandbox key: hands every situation to the operator's system, one after the
 * other and each batch at once, and submits what was decided.
 *
 *     const { state, failed } = await runConformance(hub, { decide: (situation) => ourSystem.decide(situation) });
 */
export async function runConformance(
  hub: ConformanceCalls,
  integration: Integration,
): Promise<ConformanceResult> {
  const { runId, situations } = await hub.conformance.start();
  const decisions: ({ id: string } & Verdict)[] = [];
  for (const group of groupsOf(situations)) {
    const verdicts = await decideGroup(integration, group);
    for (const { id } of group) {
      const verdict = verdicts.get(id);
      if (verdict !== undefined) decisions.push({ id, ...verdict });
    }
  }
  return await hub.conformance.submit({ runId, decisions });
}

async function decideGroup(
  integration: Integration,
  group: readonly Situation[],
): Promise<ReadonlyMap<string, Verdict>> {
  if (group.length > 1 && integration.decideBatch !== undefined) return integration.decideBatch(group);
  const verdicts = group.map(async (one) => [one.id, await integration.decide(one)] as const);
  return new Map(await Promise.all(verdicts));
}

/** In the order they came; those of one batch together. */
function groupsOf(situations: readonly Situation[]): Situation[][] {
  const groups = new Map<string, Situation[]>();
  for (const situation of situations) {
    const name = situation.batch === undefined ? situation.id : `batch ${situation.batch}`;
    groups.set(name, [...(groups.get(name) ?? []), situation]);
  }
  return [...groups.values()];
}
