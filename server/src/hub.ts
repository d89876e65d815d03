import type { Config } from './config.ts';
import { type DemoReport, seedDemo } from './demo.ts';
import type { Domain } from './domain.ts';
import { createAlerts } from './domains/alerts/index.ts';
import { createBroadcasts } from './domains/broadcasts/index.ts';
import { createCanaries } from './domains/canaries/index.ts';
import { createConformance } from './domains/conformance/index.ts';
import { createExclusions, type Exclusions } from './domains/exclusions/index.ts';
import { birthOf, createIdentity } from './domains/identity/index.ts';
import { createOperatorStaff } from './domains/identity/operator-staff.ts';
import { createLedger } from './domains/ledger/index.ts';
import { entities as marketEntities } from './domains/markets/entities.ts';
import { createMarkets } from './domains/markets/index.ts';
import { createMonitoring } from './domains/monitoring/index.ts';
import { createNotifications } from './domains/notifications/index.ts';
import { createOperators, isSuspended, entities as operatorEntities } from './domains/operators/index.ts';
import { createPetitions } from './domains/petitions/index.ts';
import { createPolicy } from './domains/policy/index.ts';
import { createPropagation } from './domains/propagation/index.ts';
import { createSandbox } from './domains/sandbox/index.ts';
import { createScreening } from './domains/screening/index.ts';
import { createTokens, customersOf } from './domains/tokens/index.ts';
import { ANONYMOUS } from './platform/call/actor.ts';
import type { Authenticate } from './platform/call/authenticator.ts';
import type { Platform } from './platform/context.ts';
import { createCrypto } from './platform/crypto/crypto.ts';
import { type Secrets, verifySecrets } from './platform/crypto/secrets.ts';
import { Database } from './platform/db/database.ts';
import { migrate } from './platform/db/migrate.ts';
import { openOrm } from './platform/db/orm.ts';
import { createFeed, type Feed } from './platform/feed/feed.ts';
import { createBus } from './platform/feed/redis-bus.ts';
import { createGateway } from './platform/gateway.ts';
import type { Service } from './platform/lifecycle/service.ts';
import { groupServices } from './platform/lifecycle/services.ts';
import type { Logger } from './platform/log/log.ts';
import { createMetrics } from './platform/metrics/metrics.ts';
import { createRelay } from './platform/outbox/relay.ts';
import { createRevocations } from './platform/revocations/revocations.ts';

export type { DemoReport } from './demo.ts';

export interface HubOptions {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly secrets: Secrets;
  readonly log: Logger;
  /** Short random name of this process. */
  readonly node: string;
}

export interface Hub {
  readonly url: string;
  readonly port: number;
  readonly platform: Platform;
  /** Only in demo mode. */
  readonly demo: DemoReport | undefined;
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** The composition root: the one place that knows every domain. Ready to serve when the promise resolves. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const platform = await openPlatform(options);
  try {
    return await compose(platform);
  } catch (error) {
    await closePlatform(platform);
    throw error;
  }
}

async function openPlatform({ config, databaseUrl, secrets, log, node }: HubOptions): Promise<Platform> {
  await migrate(databaseUrl);
  const db = new Database({ url: databaseUrl, log, applicationName: `kinga-hub-${node}` });
  try {
    await db.transaction((tx) => verifySecrets(tx, secrets));
    await openOrm(db, [...operatorEntities, ...marketEntities]);
  } catch (error) {
    await db.close();
    throw error;
  }
  const metrics = createMetrics(node);
  const bus = createBus({ redisUrl: config.redisUrl, log, metrics });
  return { node, config, log, db, crypto: createCrypto(secrets), metrics, bus };
}

async function closePlatform(platform: Platform): Promise<void> {
  await platform.bus.close();
  await platform.db.close();
}

async function compose(platform: Platform): Promise<Hub> {
  const { config, db, log, metrics } = platform;
  // Domains tell the feed, and the feed is made of the domains' topics: the knot is tied here.
  const wiring: { feed?: Feed; exclusions?: Exclusions } = {};
  const feedOf = () => {
    if (!wiring.feed) throw new Error('told the feed before it was made');
    return wiring.feed;
  };

  const revocations = createRevocations(platform);
  const registerOf = () => {
    if (!wiring.exclusions) throw new Error('asked the register before it was made');
    return wiring.exclusions;
  };
  const identity = createIdentity(platform, { revocations, register: registerOf });
  const propagation = createPropagation(platform, {
    watchedByKeys: (pattern) => feedOf().watchedByKeys(pattern),
  });
  const operators = createOperators(platform, {
    revocations,
    staff: createOperatorStaff(platform, revocations),
    propagation: propagation.operatorHandlers,
    onReinstated: propagation.operatorReinstated,
  });
  const policy = createPolicy(platform);
  const screening = createScreening(platform, { customersOf });
  const exclusions = createExclusions(platform, {
    screen: screening.screen,
    accountKeys: identity.accountKeys,
    accountsOfKeys: identity.accountsOfKeys,
    policy,
  });
  wiring.exclusions = exclusions;
  const canaries = createCanaries(platform, exclusions);
  const sandbox = createSandbox(platform, { policy });
  const conformance = createConformance(platform, { operators, screening });
  const ledger = createLedger(platform);
  const markets = createMarkets(platform, {
    ledger,
    exclusions,
    accountKeys: identity.accountKeys,
    birth: (tx, accountId) => birthOf(tx, platform.crypto, accountId),
    policy,
    publishState: (topic, frame) => feedOf().publishState(topic, frame),
  });
  const petitions = createPetitions(platform, {
    exclusions,
    accountKeys: identity.accountKeys,
    isSuspended,
  });
  const alerts = createAlerts(platform);
  const tokens = createTokens(platform, {
    exclusions,
    screen: screening.screen,
    screeningRules: () => policy.current().values.screening,
  });
  const broadcasts = createBroadcasts(platform);
  const notifications = createNotifications(platform);
  const monitoring = createMonitoring(platform, {
    socketsByRole: () => canaries.leaveOut(gateway.socketsByRole()),
    registerStats: () => exclusions.stats(),
    betsPlacedTotal: () => markets.stats().betsPlaced,
    canaries: () => canaries.figures(),
  });
  const domains: readonly Domain[] = [
    identity,
    operators,
    policy,
    screening,
    exclusions,
    petitions,
    tokens,
    propagation,
    ledger,
    markets,
    broadcasts,
    notifications,
    monitoring,
    alerts,
    sandbox,
    conformance,
  ].map(({ domain }) => sandbox.apart(domain as Domain));

  const feed = createFeed({
    platform,
    logs: domains.flatMap((domain) => domain.logs ?? []),
    outboxLogs: domains.flatMap((domain) => domain.outboxLogs ?? []),
    states: domains.flatMap((domain) => domain.states ?? []),
    grants: identity.grants,
  });
  wiring.feed = feed;
  identity.grants.onLess(() => feed.endForbidden());
  exclusions.onApplied((event) => feed.emitLog(event.topic, event));
  exclusions.onReset((topic, reason) => feed.resetLog(topic, reason));

  const authenticate: Authenticate = async ({ token, apiKey, ...presented }) => {
    if (apiKey !== undefined) return canaries.actorOf(apiKey) ?? operators.authenticateKey(apiKey, presented);
    return token === undefined ? ANONYMOUS : identity.authenticateToken(token);
  };
  const readiness = async () => ({
    database: await db.query('SELECT 1').then(
      () => true,
      () => false,
    ),
    replica: exclusions.ready(),
    administrator: await identity.administratorExists().catch(() => false),
  });
  const gateway = createGateway({
    platform,
    domains,
    feed,
    authenticate,
    readiness,
    grants: identity.grants,
  });
  feed.useIo(gateway.io);
  revocations.onRevoked((revocation) => {
    const { kind, id } = revocation;
    if (kind === 'terms') gateway.renewKey(id, (address) => operators.renewKey(id, address));
    else gateway.closeRevoked(revocation);
  });

  const services: Service[] = [
    revocations,
    ...domains.flatMap((domain) => domain.services ?? []),
    feed,
    createRelay({ db, log, metrics }),
  ];
  const group = groupServices(services, log);
  const close = async () => {
    await canaries.stop();
    await gateway.stop();
    await group.stop();
  };
  try {
    await group.start();
    await identity.ensureAdministrator();
    const domainsOfDemo = { identity, operators, exclusions, ledger, markets, tokens };
    const demo = config.demo ? await seedDemo(platform, domainsOfDemo) : undefined;
    if (!(await identity.hasAnyAdministrator()))
      log.warn('nobody can sign in: ADMIN_EMAIL and ADMIN_PASSWORD make the first administrator');
    await canaries.prepare();
    const { port, url } = await gateway.listen();
    canaries.begin(url);
    log.info({ port, url, demo: config.demo }, 'the hub listens');
    const drain = async () => {
      await canaries.stop();
      await gateway.drain();
      await group.drain();
    };
    const stop = async () => {
      await close();
      await closePlatform(platform);
    };
    return { url, port, platform, demo, drain, stop };
  } catch (error) {
    await close();
    throw error;
  }
}
