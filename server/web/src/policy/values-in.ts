import { minorOf } from '../ui/format.ts';
import type { Leaf } from './leaves.ts';

/** What the fields of the document say, by path, and which of them say nothing that can be read. */
export function valuesIn(
  form: HTMLFormElement,
  before: ReadonlyMap<string, Leaf>,
): { values: ReadonlyMap<string, Leaf>; wrong: ReadonlySet<string> } {
  const values = new Map<string, Leaf>();
  const wrong = new Set<string>();
  for (const field of form.querySelectorAll<HTMLInputElement | HTMLSelectElement>('[data-path]')) {
    const path = field.dataset.path ?? '';
    // Only numbers may be new: the seconds of a rule that had none.
    const value = read(field, before.get(path) ?? 0);
    if (value === undefined) wrong.add(path);
    else values.set(path, value);
  }
  return { values, wrong };
}

function read(field: HTMLInputElement | HTMLSelectElement, before: Leaf): Leaf | undefined {
  if (field instanceof HTMLInputElement && field.type === 'checkbox') return field.checked;
  const typed = field.value.trim();
  if (field.dataset.path?.endsWith('.amountMinor')) return minorOf(typed);
  if (typeof before !== 'number') return typed;
  return /^\d{1,9}$/.test(typed) ? Number(typed) : undefined;
}
