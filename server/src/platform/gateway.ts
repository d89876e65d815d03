import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeContract } from '@kinga/shared/contract/describe.ts';
import type { Procedure } from '@kinga/shared/contract/procedure.ts';
import { allJobs, allProcedures, allTopics } from '@kinga/shared/contract.ts';
import type { Express } from 'express';
import type { Server } from 'socket.io';
import { ConfigError } from '../config.ts';
import type { KeyActor } from './call/actor.ts';
import { Admission } from './call/admission.ts';
import type { Authenticate, Revocation } from './call/authenticator.ts';
import { createCallMetrics } from './call/call-metrics.ts';
import { contractHash } from './call/contract-hash.ts';
import { Dispatcher } from './call/dispatcher.ts';
import { type Grants, NO_GRANTS } from './call/grants.ts';
import { Registry, type ServedDomain } from './call/registry.ts';
import { CallSource } from './call/running-call.ts';
import type { Platform } from './context.ts';
import type { WatcherFeed } from './feed/watcher.ts';
import { AddressList } from './http/addresses.ts';
import { createApp } from './http/app.ts';
import { proxyWarning } from './http/proxy-warning.ts';
import type { Readiness } from './http/readiness.ts';
import type { Service } from './lifecycle/service.ts';
import type { Logger } from './log/log.ts';
import type { SocketRole } from './socket/sessions.ts';
import { createSocketServer, type SocketServer } from './socket/socket-server.ts';
import { watchCalls } from './socket/watch-calls.ts';

/** Running calls get this long to be answered when the node stops; with the goodbyes under 5 s, half of what a stop may take. */
const DRAIN_CALLS_MS = 3_000;
const DRAIN_SOCKETS_MS = 1_500;
/** Clients come back spread over this time, so that the next node is not met by all of them at once. */
const RETRY_SPREAD_MS = 2_000;
const RETRY_MIN_MS = 250;
/** A request that takes longer to arrive is cut off. */
const REQUEST_MS_MAX = 30_000;

export interface GatewayOptions {
  readonly platform: Platform;
  readonly domains: readonly (ServedDomain & { routes?(app: Express): void })[];
  readonly feed: WatcherFeed;
  readonly authenticate: Authenticate;
  readonly readiness: () => Promise<Readiness>;
  /** What is granted beyond the contract; nothing, unless somebody says so. */
  readonly grants?: Grants;
  /** The contract that is served; the product's own unless a test brings another. */
  readonly procedures?: readonly Procedure[];
}

export interface Gateway extends Service {
  readonly httpServer: HttpServer;
  readonly io: Server;
  readonly app: Express;
  readonly contractHash: string;
  listen(): Promise<{ port: number; url: string }>;
  closeRevoked(revocation: Revocation): void;
  /** A key has other terms; `again` says what it may do from an address now, or throws UNAUTHENTICATED. */
  renewKey(keyId: string, again: (address: string) => Promise<KeyActor>): void;
  socketsByRole(): Record<SocketRole, number>;
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** The two doors of a node, sockets and HTTP, before one dispatcher. */
export function createGateway(options: GatewayOptions): Gateway {
  const { platform, feed, authenticate, readiness } = options;
  const { config, metrics } = platform;
  const procedures = options.procedures ?? allProcedures;
  const registry = registryOf(options, procedures);
  const source = new CallSource(platform.node, platform.log);
  const admission = new Admission(config.limits, metrics);
  const dispatcher = new Dispatcher({
    registry,
    admission,
    source,
    grants: options.grants ?? NO_GRANTS,
  });
  const contract = describeContract(procedures, allTopics, allJobs);
  const hash = contractHash(contract);
  const trusted = new AddressList('TRUSTED_PROXIES', config.trustedProxies);
  const state = { draining: false };
  const warnAboutProxy = proxyWarning(platform.log, config.trustedProxies);
  const shared = { authenticate, trusted, warnAboutProxy, isDraining: () => state.draining };
  const app = createApp({
    ...shared,
    dispatcher,
    source,
    contract,
    contractHash: hash,
    metrics,
    readiness,
    busStatus: () => platform.bus.status,
    domains: options.domains,
    messageBytes: config.limits.messageBytes,
    metricsAllow: new AddressList('METRICS_ALLOW', config.metricsAllow),
  });
  const httpServer = createServer({ requestTimeout: REQUEST_MS_MAX }, app);
  const sockets = createSocketServer({
    ...shared,
    platform,
    admission,
    dispatcher,
    feed,
    httpServer,
    contractHash: hash,
  });
  let drained: Promise<void> | undefined;
  const drain = () => {
    state.draining = true;
    drained ??= drainAll({ httpServer, sockets, dispatcher });
    return drained;
  };
  return {
    name: 'gateway',
    httpServer,
    io: sockets.io,
    app,
    contractHash: hash,
    listen: () => listen(httpServer, config, platform.log),
    closeRevoked: (revocation) => sockets.sessions.closeRevoked(revocation),
    renewKey: (keyId, again) => sockets.sessions.renewKey(keyId, again),
    socketsByRole: () => sockets.sessions.byRole(),
    drain,
    async stop() {
      await drain();
      await sockets.io.close();
      httpServer.closeAllConnections();
    },
  };
}

function registryOf({ domains, platform, feed }: GatewayOptions, procedures: readonly Procedure[]): Registry {
  const registry = new Registry(createCallMetrics(platform.metrics));
  for (const domain of domains) registry.serve(domain, procedures);
  for (const own of watchCalls(feed)) registry.serveOwn(own);
  const unserved = procedures.filter(({ name }) => !registry.has(name)).map(({ name }) => name);
  if (unserved.length > 0) platform.log.warn({ unserved }, 'procedures without a handler');
  return registry;
}

async function listen(
  httpServer: HttpServer,
  { port, host }: { port: number; host: string },
  log: Logger,
): Promise<{ port: number; url: string }> {
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') reject(new ConfigError(`PORT: ${port} is in use`));
      else if (error.code === 'EACCES')
        reject(new ConfigError(`PORT: ${port} may not be opened by this user`));
      else reject(new ConfigError(`HOST: cannot listen on ${host} (${error.code})`));
    };
    httpServer.once('error', refuse);
    httpServer.listen(port, host, () => {
      httpServer.off('error', refuse);
      // Unheard, a connection that could not be accepted (no file is left to open) would end the process.
      httpServer.on('error', (error) => log.error({ err: error }, 'a connection could not be accepted'));
      resolve();
    });
  });
  const bound = httpServer.address() as AddressInfo;
  const name = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  return { port: bound.port, url: `http://${name}:${bound.port}` };
}

/** Nobody new, the running calls answered, everybody told, everything closed; bounded at every step. */
async function drainAll(parts: {
  httpServer: HttpServer;
  sockets: SocketServer;
  dispatcher: Dispatcher;
}): Promise<void> {
  const { httpServer, sockets, dispatcher } = parts;
  if (httpServer.listening) httpServer.close();
  httpServer.closeIdleConnections();
  await atMost(DRAIN_CALLS_MS, dispatcher.drain());
  const gone = [...sockets.sessions.all].map((session, index, { length }) => {
    const closed = new Promise<void>((resolve) =>
      session.socket.conn.request.socket.once('close', () => resolve()),
    );
    const retryAfterMs = RETRY_MIN_MS + Math.round((RETRY_SPREAD_MS * index) / length);
    session.close({ code: 'DRAINING', message: 'This node is stopping', retryAfterMs });
    return closed;
  });
  await atMost(DRAIN_SOCKETS_MS, Promise.all(gone));
  httpServer.closeAllConnections();
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, over]);
  clearTimeout(timer);
}
