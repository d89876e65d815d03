import type { PolicyValues } from '@kinga/shared/policy/values.ts';
import { VERSION_ONE } from '@kinga/shared/policy/version-one.ts';

/** A copy of version 1 with something changed. */
export function valuesWith(change: (values: PolicyValues) => void = () => {}): PolicyValues {
  const values = structuredClone(VERSION_ONE);
  change(values);
  return values;
}

/** Any of the values set by its path, also to what the types would not allow. */
export function valuesSet(path: string, value: unknown): unknown {
  const values: unknown = valuesWith();
  const names = path.split('.');
  const last = names.pop() ?? '';
  let place = values as Record<string, unknown>;
  for (const name of names) place = place[name] as Record<string, unknown>;
  place[last] = value;
  return values;
}
