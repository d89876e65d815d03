/** What one round of one contender measured, by figure. */
export type Measured = Readonly<Record<string, number>>;

export interface Contender {
  readonly name: string;
  round(): Promise<Measured>;
}

/**
 * A B A B ...: whatever the machine does meanwhile happens to both. The first round of each warms up and is
 * thrown away. Returns the median of each figure.
 */
export async function interleaved<TName extends string>(
  contenders: Readonly<Record<TName, () => Promise<Measured>>>,
  rounds: number,
): Promise<Record<TName, Measured>> {
  const names = Object.keys(contenders) as TName[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as Measured[]])) as Record<
    TName,
    Measured[]
  >;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const result = await contenders[name]();
      if (round > 0) measured[name].push(result);
    }
  }
  return Object.fromEntries(names.map((name) => [name, medians(measured[name])])) as Record<TName, Measured>;
}

function medians(results: readonly Measured[]): Measured {
  const figures = Object.keys(results[0] ?? {});
  return Object.fromEntries(
    figures.map((figure) => [
      figure,
      quantile(
        results.map((result) => result[figure] ?? Number.NaN),
        0.5,
      ),
    ]),
  );
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
