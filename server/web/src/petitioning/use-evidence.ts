import type { Evidence } from '@kinga/shared/petitions/contract.ts';
import { useRef, useState } from 'react';
import { digested, EVIDENCE_MAX, type Unfit } from './evidence.ts';

/** A file that is not among them, and why. */
export interface Refused {
  readonly name: string;
  readonly why: Unfit | 'tooMany';
}

export interface ChosenEvidence {
  readonly items: readonly Evidence[];
  /** The file that is being read. */
  readonly reading: string | undefined;
  readonly refused: readonly Refused[];
  add(files: readonly File[]): void;
  remove(sha256: string): void;
  /** All that were chosen, once the last is read. */
  settled(): Promise<readonly Evidence[]>;
}

/** Documents as they are chosen, each read in its turn: a large one takes its time. */
export function useEvidence(): ChosenEvidence {
  const [items, setItems] = useState<readonly Evidence[]>([]);
  const [reading, setReading] = useState<string>();
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  const known = useRef(items);
  const turn = useRef(Promise.resolve());
  const put = (next: readonly Evidence[]) => {
    known.current = next;
    setItems(next);
  };
  const take = async (file: File): Promise<Unfit | 'tooMany' | undefined> => {
    if (known.current.length >= EVIDENCE_MAX) return 'tooMany';
    setReading(file.name);
    const one = await digested(file);
    if (typeof one === 'string') return one;
    put([...known.current.filter(({ sha256 }) => sha256 !== one.sha256), one]);
    return undefined;
  };
  const takeAll = async (files: readonly File[]) => {
    const unfit: Refused[] = [];
    for (const file of files) {
      const why = await take(file);
      if (why !== undefined) unfit.push({ name: file.name, why });
    }
    setReading(undefined);
    setRefused(unfit);
  };
  return {
    items,
    reading,
    refused,
    add: (files) => {
      turn.current = turn.current.then(() => takeAll(files));
    },
    remove: (gone) => put(known.current.filter(({ sha256 }) => sha256 !== gone)),
    settled: async () => {
      await turn.current;
      return known.current;
    },
  };
}
