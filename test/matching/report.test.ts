import { FALSE_NEGATIVES_MAX, FALSE_POSITIVES_MAX, matcherReport } from '@kinga/server/cli/matcher/report.ts';
import { expect, it } from 'vitest';

it.each([42, 7, 2026])('errs no more often than the targets allow, seed %s', (seed) => {
  const report = matcherReport({ people: 5_000, seed });
  expect(report.falseNegatives).toBeLessThanOrEqual(FALSE_NEGATIVES_MAX);
  expect(report.falsePositives).toBeLessThanOrEqual(FALSE_POSITIVES_MAX);
  expect(report.keysPerPerson).toBeLessThan(9);
  const asked = report.mix.flatMap(({ answers }) => Object.values(answers));
  expect(asked.reduce((sum, count) => sum + count, 0)).toBe(10_000);
});

it('finds every excluded person asked about with a known identifier, whatever else is wrong', () => {
  const { mix } = matcherReport({ people: 2_000, seed: 3 });
  for (const { kind, who, answers } of mix) {
    if (who !== 'excluded' || !/^F5|all as on record/.test(kind)) continue;
    expect(answers).toMatchObject({ possibleMatch: 0, nothing: 0 });
  }
});

it('the same seed gives the same answers', () => {
  const answers = () => matcherReport({ people: 500, seed: 9 }).mix.map(({ answers }) => answers);
  expect(answers()).toEqual(answers());
});
