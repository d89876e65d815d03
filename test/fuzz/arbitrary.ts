import type { JsonSchema } from '@kinga/shared/contract/describe.ts';
import fc from 'fast-check';

const SHORT = 40;

/** What has broken other people's servers. */
const HOSTILE = fc.constantFrom<unknown>(
  null,
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '🦁'.repeat(50),
  'x'.repeat(5_000),
  "'; DROP TABLE exclusions; --",
  '__proto__',
  '../../etc/passwd',
  '0001-01-01',
  '9999-12-31T23:59:59.999Z',
  '2026-02-30',
  '-0',
  '1e309',
  0,
  -1,
  1.5,
  1e21,
  Number.MAX_SAFE_INTEGER,
  2 ** 31,
  true,
  [],
  {},
  [[[[[]]]]],
  { __proto__: null, constructor: { prototype: {} } },
);

/** Words that mean something to some procedure, so that more of them get past the first check. */
const WORDS = [
  '2026-11-20',
  '2026-11-20T09:00:00.000Z',
  '+254712345678',
  '23456789',
  'amina@example.co.ke',
  '1',
  '100',
];

/**
 * Inputs made from a procedure's own schema: mostly well-formed, with ids of things that exist among the strings,
 * and now and then with a hostile value anywhere in it.
 */
export function inputOf(schema: JsonSchema, knownIds: readonly string[]): fc.Arbitrary<unknown> {
  const wellFormed = valuesOf(schema, knownIds);
  const broken = wellFormed.chain((value) => brokenFrom(value));
  return fc.oneof({ weight: 3, arbitrary: wellFormed }, { weight: 2, arbitrary: broken }, HOSTILE);
}

function valuesOf(schema: JsonSchema, knownIds: readonly string[]): fc.Arbitrary<unknown> {
  const { type } = schema;
  if ('const' in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]));
  const options = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
  if (options) return fc.oneof(...options.map((option) => valuesOf(option, knownIds)));
  if (type === 'object') return objectOf(schema, knownIds);
  if (type === 'array') return arrayOf(schema, knownIds);
  if (type === 'string') return stringOf(schema, knownIds);
  if (type === 'integer' || type === 'number') return numberOf(schema);
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  return fc.jsonValue({ maxDepth: 2 });
}

function objectOf(schema: JsonSchema, knownIds: readonly string[]): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  const required = new Set((schema.required ?? []) as string[]);
  const model = Object.fromEntries(properties.map(([name, inner]) => [name, valuesOf(inner, knownIds)]));
  return fc.record(model, {
    requiredKeys: properties.map(([name]) => name).filter((name) => required.has(name)),
  });
}

function arrayOf(schema: JsonSchema, knownIds: readonly string[]): fc.Arbitrary<unknown> {
  const minLength = Number(schema.minItems ?? 0);
  const maxLength = Math.max(minLength, Math.min(Number(schema.maxItems ?? 3), 3));
  return fc.array(valuesOf((schema.items ?? {}) as JsonSchema, knownIds), { minLength, maxLength });
}

function stringOf(schema: JsonSchema, knownIds: readonly string[]): fc.Arbitrary<string> {
  const minLength = Number(schema.minLength ?? 0);
  const maxLength = Math.max(minLength, Math.min(Number(schema.maxLength ?? SHORT), SHORT));
  const texts: fc.Arbitrary<string>[] = [
    fc.string({ minLength, maxLength, unit: 'grapheme' }),
    fc.constantFrom(...WORDS),
  ];
  if (knownIds.length > 0) texts.push(fc.constantFrom(...knownIds));
  if (schema.format === 'email') texts.push(fc.emailAddress());
  if (schema.format === 'date')
    texts.push(fc.date({ noInvalidDate: true }).map((at) => at.toISOString().slice(0, 10)));
  if (schema.format === 'date-time')
    texts.push(fc.date({ noInvalidDate: true }).map((at) => at.toISOString()));
  if (typeof schema.pattern === 'string' && schema.pattern.length < 200) {
    texts.push(fc.stringMatching(new RegExp(schema.pattern), { size: 'small' }));
  }
  return fc.oneof(...texts);
}

function numberOf(schema: JsonSchema): fc.Arbitrary<number> {
  const min = Number(schema.minimum ?? schema.exclusiveMinimum ?? -1_000_000);
  const max = Number(schema.maximum ?? schema.exclusiveMaximum ?? 1_000_000);
  if (schema.type === 'integer')
    return fc.integer({ min: Math.ceil(min), max: Math.max(Math.ceil(min), Math.floor(max)) });
  return fc.double({ min, max, noNaN: true });
}

/** The same value with something hostile at one place in it. */
function brokenFrom(value: unknown): fc.Arbitrary<unknown> {
  if (Array.isArray(value) && value.length > 0) {
    return fc
      .integer({ min: 0, max: value.length - 1 })
      .chain((at) => brokenFrom(value[at]).map((broken) => value.with(at, broken)));
  }
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    return fc
      .constantFrom(...Object.keys(value))
      .chain((name) => brokenFrom(Reflect.get(value, name)).map((broken) => ({ ...value, [name]: broken })));
  }
  return HOSTILE;
}
