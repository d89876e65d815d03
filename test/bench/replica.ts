import { startChild } from './harness/child.ts';
import type { BenchOptions } from './harness/options.ts';
import type { Figure } from './harness/report.ts';
import { interleaved, type Measured } from './harness/rounds.ts';
import type { Stage } from './harness/stage.ts';
import { figureOf } from './lookups.ts';

const BYTES_MAX = 48;
const NODE_FLAGS = ['--expose-gc', '--min-semi-space-size=16', '--max-semi-space-size=16'];

/** Each measurement in a process of its own: memory that was once taken is not given back. */
async function inFreshProcess(name: string, input: object): Promise<Measured> {
  await using child = await startChild('table.ts', NODE_FLAGS);
  return await child.ask<Measured>(name, input);
}

export async function benchReplica(stage: Stage, options: BenchOptions): Promise<Figure[]> {
  const counts = [...new Set([Math.min(1_000_000, options.identifiers), options.identifiers])];
  const figures: Figure[] = [];
  let mapBytes = Number.NaN;
  // Filling ten million takes a while, and memory does not vary: fewer rounds.
  const rounds = Math.min(options.rounds, 3);
  for (const count of counts) {
    const { table, map } = await interleaved(
      { map: () => inFreshProcess('map', { count }), table: () => inFreshProcess('table', { count }) },
      rounds,
    );
    mapBytes = figureOf(map, 'bytesEach');
    const of = `${count.toLocaleString('en')} identifiers`;
    const figure = (name: string, label: string, unit: string) => ({
      bench: 'replica',
      figure: `${label}, ${of}`,
      unit,
      value: figureOf(table, name),
      baseline: { what: 'Map of texts', value: figureOf(map, name) },
    });
    figures.push(
      { ...figure('bytesEach', 'memory', 'bytes/identifier'), limit: { atMost: BYTES_MAX } },
      figure('hitsPerSecond', 'found', 'lookups/s'),
      figure('missesPerSecond', 'not found', 'lookups/s'),
    );
  }
  return [...figures, ...(await loading(stage, options, { rounds, mapBytes }))];
}

async function loading(
  stage: Stage,
  options: BenchOptions,
  { rounds, mapBytes }: { rounds: number; mapBytes: number },
): Promise<Figure[]> {
  const url = stage.databaseUrl;
  const { load, copy } = await interleaved(
    { copy: () => inFreshProcess('copy', { url }), load: () => inFreshProcess('load', { url }) },
    rounds,
  );
  const of = `${options.people.toLocaleString('en')} people`;
  return [
    {
      bench: 'replica',
      figure: `loading ${of} (${figureOf(load, 'identifiers').toLocaleString('en')} identifiers)`,
      unit: 'ms',
      value: figureOf(load, 'loadMs'),
      baseline: { what: 'COPY, thrown away', value: figureOf(copy, 'loadMs') },
    },
    {
      bench: 'replica',
      figure: `memory after loading ${of}, all in`,
      unit: 'bytes/identifier',
      value: figureOf(load, 'bytesEach'),
      baseline: { what: 'Map of texts', value: mapBytes },
      limit: { atMost: BYTES_MAX },
    },
  ];
}
