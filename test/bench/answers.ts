import { type Child, startChild } from './harness/child.ts';
import type { BenchOptions } from './harness/options.ts';
import { strangers } from './harness/population.ts';
import type { Figure } from './harness/report.ts';
import { interleaved } from './harness/rounds.ts';
import { startBareServer } from './harness/server.ts';
import type { HubServer, Stage } from './harness/stage.ts';
import { figureOf, OUTSTANDING, withCpu } from './lookups.ts';

const QUESTIONS = 200_000;
/** A fuzzy question may cost so many exact ones. */
const FUZZY_COST_MAX = 3;

/** What is asked of the hub in a bench of its own, beside a bare ack of the same bytes. */
interface Contender {
  readonly name: string;
  readonly apiKey: string;
  readonly inputs: readonly object[];
}

async function clientOf(hub: HubServer, { name, apiKey, inputs }: Contender) {
  const client = await startChild('lookup-client.ts');
  await client.ask('prepareInputs', { inputs });
  return { client, target: { url: hub.url, auth: { apiKey }, name } };
}

const ask = (client: Child, target: object, seconds: number) => () =>
  client.ask<{ perSecond: number }>('closedLoop', { target, seconds, outstanding: OUTSTANDING });

/** Token validation and fuzzy matching, each beside bare acks and beside exact lookups of the same hub. */
export async function benchAnswers(stage: Stage, options: BenchOptions): Promise<Figure[]> {
  await using hub = await stage.startHub();
  await using bare = await startBareServer();
  const { apiKey, tokens } = await stage.tokens(hub, options.tokens);
  const lookupKey = await stage.apiKey(hub);
  const asked = strangers(QUESTIONS);
  const exact = asked.map(({ identifiers }) => ({ identifiers, purpose: 'registration' }));
  const fuzzy = asked.map((question) => ({ ...question, purpose: 'registration' }));
  const validations = tokens.slice(0, QUESTIONS).map((token) => ({ token, purpose: 'bet' }));
  const contenders = {
    exact: await clientOf(hub, { name: 'exclusions.lookup', apiKey: lookupKey, inputs: exact }),
    fuzzy: await clientOf(hub, { name: 'exclusions.lookup', apiKey: lookupKey, inputs: fuzzy }),
    token: await clientOf(hub, { name: 'tokens.validate', apiKey, inputs: validations }),
  };
  const { exact: plain } = contenders;
  await bare.tell({ constant: await plain.client.ask('sample', plain.target) });
  const bareTarget = { url: bare.url, auth: {}, name: 'constant' };
  const { seconds, rounds } = options;
  const loop = ({ client, target }: (typeof contenders)['exact']) =>
    withCpu(hub, ask(client, target, seconds));
  const measured = await interleaved(
    {
      bare: () => withCpu(bare, ask(plain.client, bareTarget, seconds)),
      exact: () => loop(contenders.exact),
      fuzzy: () => loop(contenders.fuzzy),
      token: () => loop(contenders.token),
    },
    rounds,
  );
  await Promise.all(Object.values(contenders).map(({ client }) => client[Symbol.asyncDispose]()));
  const rate = (label: string, who: 'fuzzy' | 'token'): Figure => ({
    bench: 'answers',
    figure: `${label}, ${OUTSTANDING} outstanding on one socket`,
    unit: 'answers/s',
    value: figureOf(measured[who], 'perSecond'),
    baseline: { what: 'bare acks', value: figureOf(measured.bare, 'perSecond') },
  });
  const cost = (label: string, who: 'fuzzy' | 'token'): Figure => ({
    bench: 'answers',
    figure: `${label}: processor time of the server for each`,
    unit: 'µs',
    value: figureOf(measured[who], 'cpuMicros'),
    baseline: { what: 'exact lookup', value: figureOf(measured.exact, 'cpuMicros') },
  });
  return [
    rate(`tokens.validate, ${options.tokens.toLocaleString('en')} tokens`, 'token'),
    cost('tokens.validate', 'token'),
    rate('lookup by name and date of birth', 'fuzzy'),
    { ...cost('lookup by name and date of birth', 'fuzzy'), target: { atMost: FUZZY_COST_MAX } },
  ];
}

/** From the start of the process to ready, with a full register and all tokens in memory. */
export async function benchRestart(stage: Stage, options: BenchOptions): Promise<Figure[]> {
  const hubMs = async () => {
    await using hub = await stage.startHub();
    return { ms: hub.startedInMs };
  };
  const bareMs = async () => {
    await using bare = await startBareServer();
    return { ms: bare.startedInMs };
  };
  {
    await using hub = await stage.startHub();
    await stage.tokens(hub, options.tokens);
  }
  const { hub, bare } = await interleaved({ bare: bareMs, hub: hubMs }, options.rounds);
  const size = `${options.people.toLocaleString('en')} people, ${options.tokens.toLocaleString('en')} tokens`;
  return [
    {
      bench: 'restart',
      figure: `process started -> ready, ${size}`,
      unit: 'ms',
      value: figureOf(hub, 'ms'),
      baseline: { what: 'bare server', value: figureOf(bare, 'ms') },
    },
  ];
}
