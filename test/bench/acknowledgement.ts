import { randomInt } from 'node:crypto';
import pg from 'pg';
import { ok } from '../support/client.ts';
import { startChild } from './harness/child.ts';
import type { BenchOptions } from './harness/options.ts';
import type { Figure } from './harness/report.ts';
import { interleaved, type Measured } from './harness/rounds.ts';
import { startBareServer } from './harness/server.ts';
import type { HubServer, Stage } from './harness/stage.ts';
import { figureOf } from './lookups.ts';
import type { Prepared } from './processes/acknowledging-client.ts';

const OPERATORS = [10, 100, 1_000];
/** What is promised of all operators' acknowledgements but one in a hundred, at the most operators. */
const P99_MS_MAX = 1_000;
const AT_ONCE = 8;

interface BenchOperator {
  readonly operatorId: string;
  readonly apiKey: string;
}

interface Ran {
  readonly seqs: readonly number[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/**
 * From the commit of a change until each operator that it concerns has acknowledged it, half of them on the other
 * node. Beside it: the same sockets, a broadcast, and an ack from each.
 */
export async function benchAcknowledgement(stage: Stage, options: BenchOptions): Promise<Figure[]> {
  await using one = await stage.startHub();
  await using two = await stage.startHub();
  const admin = await stage.adminToken(one);
  const operators: BenchOperator[] = [];
  const figures: Figure[] = [];
  for (const count of OPERATORS) {
    while (operators.length < count) {
      const missing = Math.min(AT_ONCE, count - operators.length);
      operators.push(...(await Promise.all(Array.from({ length: missing }, () => newOperator(one, admin)))));
    }
    figures.push(...(await measure([one, two], { admin, operators, stage, options })));
  }
  return figures;
}

async function measure(
  hubs: readonly [HubServer, HubServer],
  given: { admin: string; operators: readonly BenchOperator[]; stage: Stage; options: BenchOptions },
): Promise<Figure[]> {
  const { admin, operators, stage, options } = given;
  const nationalId = String(randomInt(900_000_000, 999_999_999));
  for (const { apiKey } of operators) {
    const input = { identifiers: [{ type: 'nationalId', value: nationalId }] };
    ok((await hubs[0].client.http('tokens.issue', input, { apiKey })).body);
  }
  await using bare = await startBareServer();
  await using client = await startChild('acknowledging-client.ts');
  const prepare = (side: Prepared) => client.ask('prepare', side);
  await prepare({
    name: 'hub',
    urls: hubs.map(({ url }) => url),
    callerAuth: { token: admin },
    auths: operators.map(({ apiKey }) => ({ apiKey })),
    topics: operators.map(({ operatorId }) => `operators/${operatorId}/changes`),
    nationalId,
  });
  await prepare({ name: 'bare', urls: [bare.url], callerAuth: {}, auths: operators.map(() => ({})) });
  const database = new pg.Client({ connectionString: stage.databaseUrl });
  await database.connect();
  try {
    const run = (name: string) => client.ask<Ran>('run', { name, times: options.registrations });
    const measured = await interleaved(
      {
        bare: async () => withoutSeqs(await run('bare')),
        hub: async () => {
          const ran = await run('hub');
          return { ...withoutSeqs(ran), ...(await committedToAcknowledged(database, ran.seqs)) };
        },
      },
      options.rounds,
    );
    return figuresOf(operators.length, measured);
  } finally {
    await database.end();
  }
}

function withoutSeqs({ p50Ms, p99Ms, maxMs }: Ran): Measured {
  return { p50Ms, p99Ms, maxMs };
}

/** By the database's clock alone; a commit is counted from when the writer held the register's head. */
async function committedToAcknowledged(database: pg.Client, seqs: readonly number[]): Promise<Measured> {
  const { rows } = await database.query<{ p50: number; p99: number; max: number }>(
    `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50,
            percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) AS p99, max(ms) AS max
     FROM (SELECT (extract(epoch FROM acknowledged_at - committed_at) * 1000)::float8 AS ms
           FROM propagation_receipts WHERE register_seq = ANY($1)) AS receipts`,
    [seqs],
  );
  const { p50 = Number.NaN, p99 = Number.NaN, max = Number.NaN } = rows[0] ?? {};
  return { committedP50Ms: p50, committedP99Ms: p99, committedMaxMs: max };
}

function figuresOf(count: number, measured: { readonly bare: Measured; readonly hub: Measured }): Figure[] {
  const where = `${count} operators on two nodes`;
  const figure = (name: string, bareName: string, label: string): Figure => ({
    bench: 'acknowledgement',
    figure: `${label}, ${where}`,
    unit: 'ms',
    value: figureOf(measured.hub, name),
    baseline: { what: 'bare broadcast and ack, one node', value: figureOf(measured.bare, bareName) },
    ...(name === 'committedP99Ms' ? { limit: { atMost: P99_MS_MAX } } : {}),
  });
  return [
    figure('committedP50Ms', 'p50Ms', 'commit -> acknowledged p50'),
    figure('committedP99Ms', 'p99Ms', 'commit -> acknowledged p99'),
    figure('committedMaxMs', 'maxMs', 'commit -> acknowledged max'),
    figure('p99Ms', 'p99Ms', 'called -> acknowledgement answered p99'),
  ];
}

async function newOperator(hub: HubServer, token: string): Promise<BenchOperator> {
  const unique = `${process.hrtime.bigint()}-${randomInt(1_000_000)}`;
  const operator = { name: `Bench ${unique}`, licenceNo: unique, contactEmail: 'bench@operator.test' };
  const { id } = ok((await hub.client.http('operators.create', operator, { token })).body);
  const request = { operatorId: id, label: 'bench', scopes: ['exclusions:watch', 'tokens:manage'] };
  const { apiKey } = ok((await hub.client.http('operators.issueKey', request, { token })).body);
  return { operatorId: id, apiKey };
}
