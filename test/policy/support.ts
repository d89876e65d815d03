import type { PolicyValues } from '@kinga/shared/policy/values.ts';
import { VERSION_ONE } from '@kinga/shared/policy/version-one.ts';
import type { TestDatabase } from '../support/database.ts';

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

/** The law asks for no quiet days, so they are none at first: as if the first version had named so many. */
export async function beginWithQuietDays({ pool }: TestDatabase, days: number): Promise<void> {
  await pool.query('ALTER TABLE policy_versions DISABLE TRIGGER USER');
  await pool.query(
    `UPDATE policy_versions SET "values" = jsonb_set("values", '{marketing,quietDays}', to_jsonb($1::int))`,
    [days],
  );
  await pool.query('ALTER TABLE policy_versions ENABLE TRIGGER USER');
}
