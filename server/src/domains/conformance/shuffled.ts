import { randomInt } from 'node:crypto';

export function shuffled<TItem>(items: readonly TItem[]): TItem[] {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!];
  }
  return mixed;
}
