import { PURPOSES } from '@kinga/shared/exclusions/exclusion.ts';
import { IDENTIFIER_TYPES, IDENTIFIERS_MAX } from '@kinga/shared/exclusions/identifier.ts';

/*
 * What nearly every question looks like, told from everything else at a tenth of the schema's time. True: the
 * schema would take the input and hand it on as it is. False says nothing, and the schema is asked.
 */
const TYPES: ReadonlySet<unknown> = new Set(IDENTIFIER_TYPES);
const WHY: ReadonlySet<unknown> = new Set(PURPOSES);
const CHECKS_MAX = 1_000;
const REF_CHARS_MAX = 100;
const VALUE_CHARS_MAX = 320;

export function isPlainLookup(input: unknown): boolean {
  return isObjectOf(2, input) && isQuestion(input);
}

export function isPlainLookupMany(input: unknown): boolean {
  if (!isObjectOf(1, input)) return false;
  const { checks } = input;
  if (!Array.isArray(checks) || checks.length === 0 || checks.length > CHECKS_MAX) return false;
  for (let i = 0; i < checks.length; i++) {
    const check: unknown = checks[i];
    if (!isObjectOf(3, check) || !isText(check.ref, REF_CHARS_MAX) || check.ref === '') return false;
    if (!isQuestion(check)) return false;
  }
  return true;
}

function isQuestion({ identifiers, purpose }: Fields): boolean {
  if (!WHY.has(purpose) || !Array.isArray(identifiers) || identifiers.length > IDENTIFIERS_MAX) return false;
  for (let i = 0; i < identifiers.length; i++) {
    const one: unknown = identifiers[i];
    if (!isObjectOf(2, one) || !TYPES.has(one.type) || !isText(one.value, VALUE_CHARS_MAX)) return false;
  }
  return true;
}

type Fields = Readonly<Record<string, unknown>>;

/** Of so many fields and no other. The required ones are read afterwards, so that none is there twice. */
function isObjectOf(count: number, value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false;
  let fields = 0;
  for (const _ in value) fields++;
  return fields === count;
}

function isText(value: unknown, charsMax: number): value is string {
  return typeof value === 'string' && value.length <= charsMax;
}
