import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { useState } from 'react';

/** One line of the form; `id` keeps its place while others come and go. */
export interface Line {
  readonly id: number;
  readonly type: Identifier['type'];
  readonly value: string;
}

export const LINES_MAX = 10;

export interface Lines {
  readonly lines: readonly Line[];
  add(): void;
  remove(id: number): void;
  change(id: number, part: Partial<Pick<Line, 'type' | 'value'>>): void;
  reset(): void;
}

export function useIdentifiers(first: Omit<Line, 'id'>): Lines {
  const [lines, setLines] = useState<readonly Line[]>([{ id: 0, ...first }]);
  return {
    lines,
    add: () => {
      const id = Math.max(...lines.map((line) => line.id)) + 1;
      const line: Line = { id, type: 'phone', value: '' };
      setLines([...lines, line].slice(0, LINES_MAX));
    },
    remove: (id) => setLines(lines.filter((line) => line.id !== id)),
    change: (id, part) => setLines(lines.map((line) => (line.id === id ? { ...line, ...part } : line))),
    reset: () => setLines([{ id: 0, ...first }]),
  };
}

export function identifiersOf(lines: readonly Line[]): Identifier[] {
  return lines.map(({ type, value }) => ({ type, value }));
}
