import '../platform/lifecycle/require-node.js';
import { parseArgs } from 'node:util';
import { pageOf } from './matcher/print.ts';
import { FALSE_NEGATIVES_MAX, FALSE_POSITIVES_MAX, matcherReport } from './matcher/report.ts';

/**
 * `npm run matcher:report -- --people 100000 --seed 42`: how often the matcher errs, and of which kind. The exit code
 * is 1 when a target is missed.
 */
const { values } = parseArgs({
  options: { people: { type: 'string', default: '100000' }, seed: { type: 'string', default: '42' } },
});
const people = Number(values.people);
const seed = Number(values.seed);
if (!Number.isSafeInteger(people) || people < 100 || !Number.isSafeInteger(seed) || seed < 0) {
  console.error('--people takes a number from 100 on, --seed a whole number');
  process.exit(1);
}
const report = matcherReport({ people, seed });
console.log(pageOf(report, seed));
const isMet = report.falseNegatives <= FALSE_NEGATIVES_MAX && report.falsePositives <= FALSE_POSITIVES_MAX;
process.exitCode = isMet ? 0 : 1;
