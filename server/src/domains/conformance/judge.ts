import type { Decision } from '@kinga/shared/conformance/contract.ts';
import type { Vector } from '@kinga/shared/conformance/vector.ts';

/** What the hub saw being asked about one situation. */
export interface Evidence {
  readonly checkId: string;
  readonly purpose: string;
}

export interface Decided {
  readonly decision: Decision;
  readonly checkId?: string | undefined;
}

/** What is wrong with a decision; undefined: nothing. */
export function judge(
  vector: Vector,
  { decision, checkId }: Decided,
  seen: readonly Evidence[],
): string | undefined {
  const { expect, purpose, mustAsk, mustProve = false } = vector;
  if (!expect.includes(decision)) return `decided ${decision}, where right is ${expect.join(' or ')}`;
  const asked = seen.filter((check) => check.purpose === purpose);
  if (mustAsk && asked.length === 0) return `the hub was not asked for ${purpose}`;
  if (mustProve && checkId === undefined) return 'without the checkId of the answer';
  if (checkId !== undefined && mustAsk && !asked.some((check) => check.checkId === checkId)) {
    return 'the checkId is of no answer that was given here';
  }
  return undefined;
}
