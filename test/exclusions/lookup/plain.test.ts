import { isPlainLookup, isPlainLookupMany } from '@kinga/server/domains/exclusions/lookup/plain.ts';
import { exclusions } from '@kinga/shared/exclusions/contract.ts';
import { PURPOSES } from '@kinga/shared/exclusions/exclusion.ts';
import { IDENTIFIER_TYPES } from '@kinga/shared/exclusions/identifier.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Nearly right: each part is good most of the time, so that often just one is not. */
const mostly = <T>(good: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 20, arbitrary: good as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: fc.jsonValue() },
  );

const more = fc.oneof(
  { weight: 20, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.constantFrom('person', 'country', 'extra', '__proto__'), fc.jsonValue()),
  },
);

const item = fc
  .tuple(
    fc.record({
      type: mostly(fc.constantFrom(...IDENTIFIER_TYPES)),
      value: mostly(fc.oneof(fc.string(), fc.string({ minLength: 319, maxLength: 322 }))),
    }),
    more,
  )
  .map(([fields, others]) => ({ ...fields, ...others }));

const question = fc
  .tuple(
    fc.record({
      identifiers: mostly(
        fc.oneof(fc.array(item, { maxLength: 2 }), fc.array(mostly(item), { maxLength: 12 })),
      ),
      purpose: mostly(fc.constantFrom(...PURPOSES)),
    }),
    more,
  )
  .map(([fields, others]) => ({ ...fields, ...others }));

const check = fc
  .tuple(
    question,
    mostly(fc.oneof(fc.string({ maxLength: 3 }), fc.string({ minLength: 99, maxLength: 102 }))),
  )
  .map(([fields, ref]) => ({ ...fields, ref }));

/** As it comes from the wire. */
const fromJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null');

describe('an input that is taken for plain', () => {
  it('is one that the schema of lookup takes and hands on as it is', () => {
    let plain = 0;
    fc.assert(
      fc.property(mostly(question), (given) => {
        const input = fromJson(given);
        if (!isPlainLookup(input)) return;
        plain++;
        expect(exclusions.lookup.input.safeParse(input)).toEqual({ success: true, data: input });
      }),
      { numRuns: 3_000 },
    );
    expect(plain).toBeGreaterThan(100);
  });

  it('is one that the schema of lookupMany takes and hands on as it is', () => {
    let plain = 0;
    fc.assert(
      fc.property(mostly(fc.record({ checks: mostly(fc.array(check, { maxLength: 3 })) })), (given) => {
        const input = fromJson(given);
        if (!isPlainLookupMany(input)) return;
        plain++;
        expect(exclusions.lookupMany.input.safeParse(input)).toEqual({ success: true, data: input });
      }),
      { numRuns: 3_000 },
    );
    expect(plain).toBeGreaterThan(100);
  });

  it('is what our own clients send', () => {
    const one = { identifiers: [{ type: 'nationalId', value: '23 456 789' }], purpose: 'bet' };
    expect(isPlainLookup(one)).toBe(true);
    expect(isPlainLookupMany({ checks: [{ ref: '0', ...one }] })).toBe(true);
    const many = Array.from({ length: 1_001 }, (_, index) => ({ ref: String(index), ...one }));
    expect(isPlainLookupMany({ checks: many.slice(1) })).toBe(true);
    expect(isPlainLookupMany({ checks: many })).toBe(false);
  });
});
