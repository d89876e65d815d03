import { benchAcknowledgement } from './acknowledgement.ts';
import { benchAnswers, benchRestart } from './answers.ts';
import { benchBets } from './bets.ts';
import { type BenchOptions, readOptions } from './harness/options.ts';
import { type Figure, judged, line, type Reported, table } from './harness/report.ts';
import { openStage, type Stage } from './harness/stage.ts';
import { benchIdle } from './idle.ts';
import { benchBatch, benchLatency, benchLookup } from './lookups.ts';
import { benchPropagation } from './propagation.ts';
import { benchReplica } from './replica.ts';

const BENCHES: Readonly<Record<string, (stage: Stage, options: BenchOptions) => Promise<Figure[]>>> = {
  latency: benchLatency,
  lookup: benchLookup,
  batch: benchBatch,
  answers: benchAnswers,
  restart: benchRestart,
  replica: benchReplica,
  propagation: benchPropagation,
  acknowledgement: benchAcknowledgement,
  bets: benchBets,
  idle: benchIdle,
};

/** `npm run bench [-- name ... --people 1000000 --seconds 5 --rounds 5]`: JSON lines, then a table. */
async function run(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const names = options.names.length > 0 ? options.names : Object.keys(BENCHES);
  const unknown = names.find((name) => !(name in BENCHES));
  if (unknown !== undefined) {
    throw new Error(`no bench is called ${unknown}; there are ${Object.keys(BENCHES).join(', ')}`);
  }
  const reported: Reported[] = [];
  await using stage = await openStage(options);
  for (const name of names) {
    console.error(`${name} ...`);
    const figures = (await BENCHES[name]?.(stage, options)) ?? [];
    for (const figure of figures.map(judged)) {
      reported.push(figure);
      console.log(line(figure));
    }
  }
  console.log(`\n${table(reported)}`);
  if (reported.some(({ met }) => met === false)) process.exitCode = 1;
}

try {
  await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
