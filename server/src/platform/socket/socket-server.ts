import type { Server as HttpServer } from 'node:http';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Hello } from '@kinga/shared/contract/wire.ts';
import { PROTOCOL } from '@kinga/shared/contract/wire.ts';
import { Gauge } from 'prom-client';
import { Server, type Socket } from 'socket.io';
import type { Dispatcher } from '../call/dispatcher.ts';
import { invalidDetails } from '../call/input.ts';
import type { CallRequest } from '../call/running-call.ts';
import type { WatcherFeed } from '../feed/watcher.ts';
import { coalesceWrites } from './coalesce.ts';
import { guardHandshakes, type HandshakeParts } from './handshake.ts';
import { receiveEvents } from './incoming.ts';
import { sayByeToOversized } from './oversized.ts';
import { BINARY, createParser, TOO_LARGE } from './parser.ts';
import { Session } from './session.ts';
import { Sessions, SOCKET_ROLES } from './sessions.ts';

/** Above it the transport itself gives up. */
const TRANSPORT_BYTES_MAX = 1024 * 1024;
/** A connection that never asks for the namespace is closed after this. */
const CONNECT_TIMEOUT_MS = 10_000;

export interface SocketServerParts extends HandshakeParts {
  readonly httpServer: HttpServer;
  readonly dispatcher: Dispatcher;
  readonly feed: WatcherFeed;
  readonly contractHash: string;
}

export interface SocketServer {
  readonly io: Server;
  readonly sessions: Sessions;
}

/** Socket.IO over WebSockets only: handshake, hello, one dispatcher per socket, bye. */
export function createSocketServer(parts: SocketServerParts): SocketServer {
  const { platform, httpServer } = parts;
  const io = new Server(httpServer, {
    path: '/socket.io',
    transports: ['websocket'],
    allowUpgrades: false,
    perMessageDeflate: false,
    maxHttpBufferSize: TRANSPORT_BYTES_MAX,
    connectTimeout: CONNECT_TIMEOUT_MS,
    serveClient: false,
    parser: createParser(platform.config.limits),
  });
  const sessions = new Sessions();
  const admitted = guardHandshakes(io, parts);
  const figures = socketFigures(parts, sessions);
  io.on('connection', (socket: Socket) => {
    const admission = admitted(socket);
    if (admission === undefined) {
      socket.disconnect(true);
      return;
    }
    const session = new Session({
      socket,
      ...admission,
      onRearm: (rearmed, before) => sessions.rearmed(rearmed, before),
      onEnd: (ended) => parts.feed.detach(ended),
    });
    figures.connected();
    open(session, parts);
    socket.on('disconnect', (reason) => {
      figures.disconnected(reason);
      session.dispose();
      sessions.remove(session);
      parts.feed.detach(session);
    });
    sessions.add(session);
    // Was let in by a handshake that began before the node was told to stop.
    if (parts.isDraining())
      session.close({ code: 'DRAINING', message: 'This node is stopping', retryAfterMs: 1_000 });
  });
  return { io, sessions };
}

function open(session: Session, parts: SocketServerParts): void {
  const { socket } = session;
  coalesceWrites(socket);
  sayByeToOversized(socket);
  const { dispatcher } = parts;
  const { messageBytes } = parts.platform.config.limits;
  receiveEvents(socket, (message, answer) => {
    // Nobody could learn what became of an event that waits for no ack: it is not a call.
    if (answer === undefined || session.ended) return;
    dispatcher.call(session, requestOf(message, messageBytes), answer);
  });
  // What is not a Socket.IO packet: the library closes the connection after this listener.
  socket.on('error', () => {
    session.close({ code: 'PROTOCOL_ERROR', message: 'Not a Socket.IO packet this server takes' });
  });
  socket.emit('hello', helloFor(session, parts));
  parts.feed.attach(session);
}

function helloFor(session: Session, parts: SocketServerParts): Hello {
  const { node, config } = parts.platform;
  const { limits } = config;
  return {
    protocol: PROTOCOL,
    contractHash: parts.contractHash,
    node,
    serverTime: new Date().toISOString(),
    heartbeatMs: session.actor.kind === 'key' ? limits.heartbeatKeyMs : limits.heartbeatMs,
    limits: {
      unansweredCalls: limits.unansweredCalls,
      watchedTopics: limits.watchedTopics,
      messageBytes: limits.messageBytes,
    },
  };
}

function requestOf(message: readonly unknown[], messageBytes: number): CallRequest {
  const [procedure, input, meta] = message;
  if (typeof procedure === 'string' && message.length <= 3) return { procedure, input, meta };
  return {
    procedure: undefined,
    input: undefined,
    meta: undefined,
    refusal: complaintAbout(message, messageBytes),
  };
}

function complaintAbout(message: readonly unknown[], messageBytes: number): KingaError {
  const [first] = message;
  if (first === TOO_LARGE) {
    return new KingaError('PAYLOAD_TOO_LARGE', `A message may have ${messageBytes} bytes`);
  }
  if (first === BINARY) return invalidDetails([{ path: 'input', message: 'binary data is not accepted' }]);
  if (typeof first !== 'string') return invalidDetails([{ path: 'procedure', message: 'expected a name' }]);
  return invalidDetails([{ path: 'arguments', message: 'expected a name, an input and meta, no more' }]);
}

function socketFigures(parts: SocketServerParts, sessions: Sessions) {
  const { metrics } = parts.platform;
  new Gauge({
    name: 'kinga_sockets',
    help: 'Live sockets by role',
    labelNames: ['role'],
    registers: [metrics.registry],
    collect() {
      const counts = sessions.byRole();
      for (const role of SOCKET_ROLES) this.set({ role }, counts[role]);
    },
  });
  const connections = metrics.counter('kinga_connections_total', 'Sockets that connected');
  const disconnections = metrics.counter('kinga_disconnections_total', 'Sockets that went, by reason', [
    'reason',
  ]);
  return {
    connected: () => connections.inc(),
    disconnected: (reason: string) => disconnections.inc({ reason }),
  };
}
