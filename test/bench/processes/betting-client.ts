import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { serveParent } from '../harness/child.ts';
import { quantile } from '../harness/rounds.ts';

interface Bettor {
  readonly accountId: string;
  readonly token: string;
}

/** A bettor's call; the two servers take it in their own words. */
type Bet = (socket: Socket, bettor: Bettor) => Promise<{ ok: boolean }>;

const sides = new Map<string, { sockets: Socket[]; bet: Bet }>();
let bettors: readonly Bettor[] = [];

async function connectAll(url: string): Promise<Socket[]> {
  return Promise.all(
    bettors.map(
      ({ token }) =>
        new Promise<Socket>((resolve, reject) => {
          const socket = io(url, { transports: ['websocket'], auth: { token }, forceNew: true });
          socket.once('hello', () => resolve(socket));
          socket.once('connect_error', reject);
        }),
    ),
  );
}

serveParent({
  prepare: async (given: { bettors: readonly Bettor[]; hub: string; bare: string; marketId: string }) => {
    bettors = given.bettors;
    sides.set('hub', {
      sockets: await connectAll(given.hub),
      bet: (socket) =>
        socket.emitWithAck(
          'markets.placeBet',
          { marketId: given.marketId, outcome: 'YES', stakeMinor: '2000' },
          { idempotencyKey: randomUUID() },
        ),
    });
    sides.set('bare', {
      sockets: await connectAll(given.bare),
      bet: (socket, { accountId }) =>
        socket.emitWithAck('bet', { account: accountId, id: randomUUID(), stake: 2000 }),
    });
  },
  /** Every bettor places one bet after the other. */
  bets: async ({ side, seconds }: { side: string; seconds: number }) => {
    const { sockets = [], bet } = sides.get(side) ?? {};
    if (!bet) throw new Error(`no side ${side}`);
    const latencies: number[] = [];
    const startedAt = performance.now();
    const endsAt = startedAt + seconds * 1000;
    await Promise.all(
      bettors.map(async (bettor, index) => {
        const socket = sockets[index];
        while (socket && performance.now() < endsAt) {
          const askedAt = performance.now();
          const answer = await bet(socket, bettor);
          if (!answer.ok) throw new Error(JSON.stringify(answer));
          latencies.push(performance.now() - askedAt);
        }
      }),
    );
    const elapsed = (performance.now() - startedAt) / 1000;
    return {
      perSecond: latencies.length / elapsed,
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
    };
  },
});
