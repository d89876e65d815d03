import type { PolicyValues } from '@kinga/shared/policy/values.ts';

export type Leaf = string | number | boolean;

/** One value of the document, or a group of them, in the document's own order. */
export interface Part {
  readonly name: string;
  /** Where the hub says something is wrong with it: `periods.24h.length.hours`. */
  readonly path: string;
  readonly value: Leaf | readonly Part[];
}

/** The document as a tree of named values; what has no value (a permanent length) is left out. */
export function partsOf(values: PolicyValues): readonly Part[] {
  return partsIn(values, '');
}

function partsIn(group: object, above: string): readonly Part[] {
  return Object.entries(group).flatMap(([name, value]: [string, unknown]): Part[] => {
    const path = above === '' ? name : `${above}.${name}`;
    if (typeof value === 'object' && value !== null) return [{ name, path, value: partsIn(value, path) }];
    return isLeaf(value) ? [{ name, path, value }] : [];
  });
}

function isLeaf(value: unknown): value is Leaf {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

export function isGroup(part: Part): part is Part & { value: readonly Part[] } {
  return typeof part.value === 'object';
}

/** Every single value by its path. */
export function leavesOf(parts: readonly Part[]): ReadonlyMap<string, Leaf> {
  return new Map(
    parts.flatMap((part): [string, Leaf][] =>
      isGroup(part) ? [...leavesOf(part.value)] : [[part.path, part.value as Leaf]],
    ),
  );
}

/** The document with other values at some paths; what is not one of its paths is left out. */
export function edited(values: PolicyValues, changes: ReadonlyMap<string, Leaf>): PolicyValues {
  const copy = structuredClone(values);
  for (const [path, value] of changes) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    const group = names.reduce<Record<string, unknown> | undefined>(
      (within, name) => within?.[name] as Record<string, unknown> | undefined,
      copy,
    );
    if (group !== undefined) group[last] = value;
  }
  return withOutages(copy);
}

const SECONDS_FIRST = 60;

/** Which rule holds during an outage decides whether there are seconds to say. */
function withOutages(values: PolicyValues): PolicyValues {
  for (const purpose of Object.values(values.purposes)) {
    const given: { rule: string; seconds?: number } = purpose.outage;
    purpose.outage =
      given.rule === 'acceptRecent'
        ? { rule: 'acceptRecent', seconds: given.seconds ?? SECONDS_FIRST }
        : { rule: 'failClosed' };
  }
  return values;
}
