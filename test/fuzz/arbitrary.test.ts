import type { JsonSchema } from '@kinga/shared/contract/describe.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inputOf } from './arbitrary.ts';

const SCHEMA: JsonSchema = {
  type: 'object',
  properties: { id: { type: 'string' }, names: { type: 'array', items: { type: 'string' } } },
  required: ['id', 'names'],
};

/** A planted violation: what a careless handler would do must not survive the fuzzing. */
it.each<[what: string, handler: (input: never) => unknown]>([
  [
    'that trusts the shape',
    (input: { id: string; names: string[] }) => input.names.map((name) => name.trim()),
  ],
  ['that hands text to PostgreSQL as it is', (input) => refuseNul(JSON.stringify(input))],
  ['that knows only ids it has never given', ({ id }: { id: string }) => refuseKnown(id)],
])('the fuzzing finds a handler %s', (_what, handler) => {
  const property = fc.property(inputOf(SCHEMA, ['exc_known']), (input) => void handler(input as never));
  expect(fc.check(property, { numRuns: 2_000 }).failed).toBe(true);
});

function refuseNul(text: string): void {
  if (text.includes('\\u0000')) throw new Error('invalid byte sequence');
}

function refuseKnown(id: string): void {
  if (id === 'exc_known') throw new Error('nobody thought of this');
}
