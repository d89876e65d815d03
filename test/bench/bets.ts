import { ok } from '../support/client.ts';
import { startChild } from './harness/child.ts';
import type { BenchOptions } from './harness/options.ts';
import type { Figure } from './harness/report.ts';
import { interleaved } from './harness/rounds.ts';
import { startBareServer } from './harness/server.ts';
import type { Stage } from './harness/stage.ts';
import { figureOf } from './lookups.ts';

const FUNDS_MINOR = '900000000000';

/** Durable bets on one market by everybody at once, beside a bare server with one statement for each bet. */
export async function benchBets(stage: Stage, options: BenchOptions): Promise<Figure[]> {
  await using hub = await stage.startHub();
  await using bare = await startBareServer();
  await using client = await startChild('betting-client.ts');
  const token = await stage.adminToken(hub);
  const opening = { question: 'Who is quicker?', closesAt: '2099-01-01' };
  const market = ok((await hub.client.http('markets.open', opening, { token })).body);
  const bettors: { accountId: string; token: string }[] = [];
  for (let i = 0; i < options.bettors; i++) {
    const bettor = await stage.bettorToken(hub);
    const funding = { accountId: bettor.accountId, amountMinor: FUNDS_MINOR };
    ok((await hub.client.http('wallet.fund', funding, { token })).body);
    bettors.push(bettor);
  }
  const accounts = bettors.map(({ accountId }) => accountId);
  await bare.tell({ database: stage.databaseUrl, accounts });
  await client.ask('prepare', { bettors, hub: hub.url, bare: bare.url, marketId: market.id });
  const { seconds, rounds } = options;
  const measured = await interleaved(
    {
      bare: () => client.ask('bets', { side: 'bare', seconds }),
      hub: () => client.ask('bets', { side: 'hub', seconds }),
    },
    rounds,
  );
  const figure = (name: string, label: string, unit: string): Figure => ({
    bench: 'bets',
    figure: `${label}, ${options.bettors} bettors on one market`,
    unit,
    value: figureOf(measured.hub, name),
    baseline: { what: 'one CTE per bet', value: figureOf(measured.bare, name) },
  });
  return [
    figure('perSecond', 'durable bets', 'bets/s'),
    figure('p50Ms', 'p50', 'ms'),
    figure('p99Ms', 'p99', 'ms'),
  ];
}
