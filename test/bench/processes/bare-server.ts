import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { Server } from 'socket.io';
import { CREATE_BASELINE, ONE_BET, openBaselineMarket } from '../harness/bet-by-hand.ts';

/**
 * The baseline of everything on a socket: Socket.IO and nothing else, with the settings of the hub. It acks a
 * constant (`constant`: given by the parent, of the same bytes as the hub's answers), broadcasts (`tell`) and
 * books a bet with one statement written by hand (`bet`).
 */
const http = createServer();
const io = new Server(http, {
  transports: ['websocket'],
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
});
let constant: unknown = { ok: true };
let pool: pg.Pool | undefined;
let market: string | undefined;

io.on('connection', (socket) => {
  socket.emit('hello', {});
  socket.on('constant', (_input, ack: (answer: unknown) => void) => ack(constant));
  socket.on('tell', (_input, ack: (answer: unknown) => void) => {
    io.emit('event', { at: Date.now() });
    ack({ ok: true });
  });
  socket.on(
    'bet',
    async (input: { account: string; id: string; stake: number }, ack: (answer: unknown) => void) => {
      const values = [input.account, market, input.stake, `ent_${input.id}`, `bet_${input.id}`];
      const result = await pool?.query({ name: 'bet', text: ONE_BET, values });
      ack({ ok: result?.rows.length === 1, data: result?.rows[0] });
    },
  );
});

process.on('message', async (message: { constant?: unknown; database?: string; accounts?: string[] }) => {
  if (typeof message !== 'object') return;
  if ('constant' in message) constant = message.constant;
  if (message.database !== undefined) {
    pool ??= new pg.Pool({ connectionString: message.database, max: 16 });
    await pool.query(CREATE_BASELINE);
    market = await openBaselineMarket(pool, message.accounts ?? []);
  }
  process.send?.('done');
});

http.listen(0, '127.0.0.1', () => {
  const { port } = http.address() as AddressInfo;
  process.stdout.write(`{"url":"http://127.0.0.1:${port}","msg":"the bare server listens"}\n`);
});
