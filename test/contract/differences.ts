import type { ContractDescription } from '@kinga/shared/contract/describe.ts';

/** What lies between two contracts, by what it means for a client built against the first. */
export interface Differences {
  readonly breaking: string[];
  readonly additive: string[];
}

/** Words for people: no client depends on them. */
const WORDS = new Set(['summary', 'description', 'title']);
/** Lists whose order means nothing, under the path that holds them. */
const SETS = /\.(required|enum|roles|scopes)$/;

/**
 * A careful guess, for the advice only: the hash alone decides that something changed. Properties, procedures,
 * topics and errors may be added; an answer's required list may grow; everything else is taken for a break.
 */
export function differencesBetween(before: ContractDescription, after: ContractDescription): Differences {
  const found: Differences = { breaking: [], additive: [] };
  compare(keyed(before), keyed(after), '', found);
  return found;
}

/** Lists of named things as objects, so that they are compared by name and not by position. */
function keyed(contract: ContractDescription): Record<string, unknown> {
  const by = (list: readonly object[], key: string) =>
    Object.fromEntries(list.map((item) => [String(Reflect.get(item, key)), item]));
  return {
    ...contract,
    procedures: by(contract.procedures, 'name'),
    topics: by(contract.topics, 'pattern'),
    jobs: by(contract.jobs, 'name'),
  };
}

function compare(before: unknown, after: unknown, path: string, found: Differences): void {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  if (Array.isArray(before) && Array.isArray(after) && SETS.test(path)) {
    compareSets(before, after, path, found);
  } else if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const at = path === '' ? key : `${path}.${key}`;
      if (!(key in after)) found.breaking.push(`${at}: was removed`);
      else if (!(key in before))
        (mayBeAdded(path) ? found.additive : found.breaking).push(`${at}: was added`);
      else compare(before[key], after[key], at, found);
    }
  } else {
    const text = `${path}: ${JSON.stringify(before)} became ${JSON.stringify(after)}`;
    const isWords = WORDS.has(path.split('.').at(-1) ?? '');
    (isWords ? found.additive : found.breaking).push(text);
  }
}

/** More values may be taken and more callers let in; more may not be required of a caller. */
function compareSets(before: unknown[], after: unknown[], path: string, found: Differences): void {
  const asksMore = path.endsWith('.required') && !path.includes('.output');
  for (const item of before.filter((one) => !after.includes(one))) {
    (asksMore ? found.additive : found.breaking).push(`${path}: ${String(item)} was removed`);
  }
  for (const item of after.filter((one) => !before.includes(one))) {
    (asksMore ? found.breaking : found.additive).push(`${path}: ${String(item)} was added`);
  }
}

function mayBeAdded(path: string): boolean {
  return /^(procedures|topics|jobs)$|\.(properties|events|errors)$/.test(path);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
