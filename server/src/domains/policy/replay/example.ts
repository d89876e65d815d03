import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import { type Answer, PURPOSES, type Purpose } from '@kinga/shared/exclusions/contract.ts';
import type { policy } from '@kinga/shared/policy/contract.ts';

/** One differing answer as SQL tells it. */
export interface Example {
  readonly id: string;
  readonly purpose: string;
  readonly answer: string;
  /** The period that would have been in force; null: none. */
  readonly would: string | null;
  readonly has_other_status: boolean;
  readonly was_reuse: number;
  readonly reuse: number;
  readonly at_ms: number;
}

/** How the table of checks names a purpose. */
export function letterOf(purpose: Purpose): string {
  return purpose.charAt(0);
}

export function exampleOf(
  example: Example,
  version: number,
): OutputOf<typeof policy.replay>['examples'][number] {
  const recorded: Answer = example.answer === 'E' ? 'EXCLUDED' : 'CLEAR';
  return {
    checkId: `c_${example.id}`,
    at: new Date(example.at_ms).toISOString(),
    purpose: PURPOSES.find((purpose) => letterOf(purpose) === example.purpose) ?? PURPOSES[0],
    recorded,
    replayed: example.would === null ? 'CLEAR' : 'EXCLUDED',
    why: whyOf(example, version),
  };
}

function whyOf(example: Example, version: number): string {
  const { purpose, would, has_other_status, was_reuse, reuse } = example;
  const isQuiet = purpose === letterOf('marketing');
  if (!has_other_status) return `reusable for ${was_reuse} s, under version ${version} for ${reuse} s`;
  if (would === null) {
    const nothing = `under version ${version} no exclusion is in force any more`;
    return isQuiet ? `${nothing}, and its quiet days are over` : nothing;
  }
  const still = `under version ${version} an exclusion of ${would} is still in force`;
  return isQuiet ? `${still}, or its quiet days are not over` : still;
}
