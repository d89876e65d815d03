import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Actor } from '@kinga/server/platform/call/actor.ts';
import { Database } from '@kinga/server/platform/db/database.ts';
import { createFeed, type Feed } from '@kinga/server/platform/feed/feed.ts';
import type { LogSource, OutboxLog } from '@kinga/server/platform/feed/source.ts';
import type { Watcher } from '@kinga/server/platform/feed/watcher.ts';
import { createRelay } from '@kinga/server/platform/outbox/relay.ts';
import { type Ack, KingaError } from '@kinga/shared/contract/errors.ts';
import type { WatchRequest } from '@kinga/shared/contract/wire.ts';
import { pino } from 'pino';
import { Server, type Socket } from 'socket.io';
import { secretsOf, type TestDatabase } from '../../support/database.ts';
import { createTestPlatform, type TestPlatform } from '../../support/platform.ts';
import { boardSource, club, counted, owned, staff } from './topics.ts';

export interface FeedNodeOptions {
  readonly redisUrl?: string;
  /** Where this node finds its database, e.g. through a proxy. */
  readonly databaseUrl?: string;
  readonly limits?: Readonly<Record<string, number>>;
  readonly delivered?: NonNullable<OutboxLog['delivered']>;
  readonly snapshot?: NonNullable<OutboxLog['snapshot']>;
  readonly logs?: readonly LogSource[];
  /** Without one, the test decides when events are numbered. */
  readonly relay?: boolean;
}

export interface FeedNode extends AsyncDisposable {
  readonly url: string;
  readonly feed: Feed;
  readonly platform: TestPlatform;
  /** Server sides, in the order of connecting. */
  readonly sockets: readonly Socket[];
  stop(): Promise<void>;
}

/** A node with nothing but a feed and a relay: real sockets, a real database, no domains. */
export async function startFeedNode(
  database: TestDatabase,
  options: FeedNodeOptions = {},
): Promise<FeedNode> {
  const platform = await createTestPlatform(database, {
    secrets: secretsOf(database),
    // A pool of its own, so that one node can be cut off without the other.
    db: new Database({
      url: options.databaseUrl ?? database.url,
      log: pino({ level: 'silent' }),
      applicationName: 'feed-node',
    }),
    env: {
      LIMITS: JSON.stringify(options.limits ?? {}),
      ...(options.redisUrl && { REDIS_URL: options.redisUrl }),
    },
  });
  const { snapshot, delivered } = options;
  const feed = createFeed({
    platform,
    logs: options.logs ?? [],
    outboxLogs: [
      {
        topic: counted,
        ...(snapshot && { snapshot }),
        ...(delivered && { delivered }),
        exists: async (name) => name !== 'counted/missing',
      },
      { topic: owned },
      { topic: club, authorize: (actor, audience) => audience === 'all' && actor.kind === 'account' },
      { topic: staff },
    ],
    states: [boardSource(platform.db)],
  });
  const relay = options.relay === false ? undefined : createRelay(platform);
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false });
  feed.useIo(io);
  const sockets: Socket[] = [];
  io.on('connection', (socket) => {
    sockets.push(socket);
    serve(socket, feed);
  });
  await feed.start?.();
  await relay?.start?.();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      for (const { conn } of sockets) conn.request.socket.destroy();
      await io.close();
      await feed.stop?.();
      await relay?.stop?.();
      await platform[Symbol.asyncDispose]();
      await platform.db.close();
    })();
    return stopping;
  };
  return { url: `http://127.0.0.1:${port}`, feed, platform, sockets, stop, [Symbol.asyncDispose]: stop };
}

/** What a gateway does, as short as it can be: the ack goes out in the first reaction. */
function serve(socket: Socket, feed: Feed): void {
  const watcher: Watcher = {
    id: socket.id,
    actor: actorOf(socket.handshake.auth),
    socket,
    emit: (event, payload) => void socket.emit(event, payload),
    close: (bye) => {
      socket.emit('bye', bye);
      socket.conn.close();
      const tcp = socket.conn.request.socket;
      setTimeout(() => tcp.destroy(), 2_000).unref();
    },
  };
  feed.attach(watcher);
  socket.on('disconnect', () => feed.detach(watcher));
  socket.on('watch', (input: WatchRequest, answer: (ack: Ack) => void) => {
    feed.watch(watcher, input).then(
      (data) => answer({ ok: true, data }),
      (error: unknown) => answer(refusal(error)),
    );
  });
  socket.on('unwatch', (input: { topic: string }, answer: (ack: Ack) => void) => {
    answer({ ok: true, data: feed.unwatch(watcher, input) });
  });
  socket.on('ping', (_input: unknown, answer: (ack: Ack) => void) => answer({ ok: true, data: null }));
}

function refusal(error: unknown): Ack {
  const code = error instanceof KingaError ? error.code : 'INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  return { ok: false, error: { code, message, requestId: 'test' } };
}

function actorOf(auth: Readonly<Record<string, unknown>>): Actor {
  if (auth.key === true) {
    return {
      kind: 'key',
      keyId: 'k1',
      keyNo: 1,
      operatorId: 'op_1',
      scopes: new Set(['exclusions:watch']),
      environment: 'live',
      mode: 'alarm',
    };
  }
  if (auth.anonymous === true) return { kind: 'anonymous' };
  return {
    kind: 'account',
    accountId: String(auth.account ?? 'acc_1'),
    role: auth.role === 'admin' ? 'admin' : 'bettor',
    sessionId: 's1',
    operatorId: null,
    expiresAt: Number.MAX_SAFE_INTEGER,
  };
}
