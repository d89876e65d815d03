import type { FeedEvent } from '@kinga/shared/contract/wire.ts';
import type { exclusions } from '@kinga/shared/exclusions/contract.ts';
import type { Domain } from '../../domain.ts';
import type { Platform } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/tx.ts';
import type { Service } from '../../platform/lifecycle/service.ts';
import { malformedIdentifiers } from '../identifiers/index.ts';
import type { Policy } from '../policy/index.ts';
import type { Screen } from '../screening/index.ts';
import { CheckRecorder } from './checks/recorder.ts';
import { createLifeCycle, type LiftWithin, type Provisional } from './life-cycle/index.ts';
import { Lookups } from './lookup/lookup.ts';
import { isPlainLookup, isPlainLookupMany } from './lookup/plain.ts';
import { createOwnChecks } from './own-checks/index.ts';
import { holdConcerned } from './people/concerned.ts';
import { createPeople, type People } from './people/index.ts';
import { recordsOf } from './register/records-of.ts';
import { createRegister, type Register, type RegisterDeps } from './register/register.ts';
import { Follower } from './replica/follower.ts';
import { CHANGES, createChangesSource, eventOf } from './replica/log-source.ts';
import { createStatistics } from './statistics/index.ts';

export { forgetChecks } from './checks/forget.ts';
export { decodeKeys } from './log/entry.ts';
export {
  entriesAfter,
  entriesOfExclusion,
  exclusionsOfKeys,
  type FollowedEntry,
  REGISTER_CHANGED,
  type Standing,
} from './log/follow.ts';
export { keysAskedFor } from './lookup/asked.ts';
/** The decision itself, over another memory: the sandbox's. */
export { type KeysAnswers, type KeysAsked, Lookups } from './lookup/lookup.ts';
export { type ItemError, type ManyAnswers, ResultsWriter } from './lookup/results-writer.ts';
export type { Memory, Policies, Prober } from './lookup/view.ts';
export { tellChange } from './notices/changed.ts';
export { confirmRegistration } from './notices/confirm.ts';
export { sendExpiryNotices } from './notices/expiry.ts';
export { until } from './notices/texts.ts';
export { type Registration, sealIdentifiers, sealPerson } from './register/registration.ts';
/** The slots of the replica's table, for what else is found by 128 bits of a hash. */
export {
  findSlot,
  insertSlot,
  newShard,
  removeSlot,
  reserveInShard,
  type Shard,
  SLOT_WORDS,
} from './replica/shard.ts';
export { countChecked } from './statistics/checked.ts';
export {
  ACKNOWLEDGED_WITHIN_SECONDS,
  CLOSED_WITHIN_SECONDS,
  type Heard,
  NOTHING_HEARD,
  readHeard,
} from './statistics/heard.ts';
export { sendReports } from './statistics/send-reports.ts';

/** What the register needs to know of accounts. */
export type ExclusionsDeps = Pick<RegisterDeps, 'accountKeys' | 'accountsOfKeys'> & {
  readonly policy: Pick<Policy, 'at' | 'longestQuietMs'>;
  /** Every lookup passes it. */
  readonly screen: Screen;
};

/** What the register tells about itself; the counts are totals since the process started. */
export interface ExclusionsStats {
  readonly lookups: number;
  readonly hits: number;
  readonly latencyCounts: readonly number[];
  readonly replicaSeq: number;
  readonly replicaPeople: number;
  readonly replicaLag: number;
  readonly freshnessMs: number;
  readonly ready: boolean;
}

export interface Exclusions {
  readonly domain: Domain<typeof exclusions, 'lookupMany'>;
  /** The authority, inside the caller's transaction: see register/is-excluded.ts. */
  isExcluded(tx: Tx, keys: readonly Buffer[]): Promise<boolean>;
  /** Under which ids the audit speaks of the people known by these keys. */
  recordsOf(tx: Tx, keys: readonly Buffer[]): Promise<string[]>;
  /** The fast refusal from memory: true is true, false is to be asked of the authority. */
  seemsExcluded(keys: readonly Buffer[]): boolean;
  readonly registerBatch: Register['registerBatch'];
  /** For domains whose own rows belong to the same transaction: see register/register.ts. */
  readonly registerWithin: Register['registerWithin'];
  readonly changeWithin: Register['changeWithin'];
  /** For the repetition of a call that another node answered. */
  readonly caughtUp: Register['caughtUp'];
  /** Ends one exclusion for everybody it was about, within the caller's transaction: see life-cycle/parts.ts. */
  readonly liftWithin: LiftWithin;
  /** What holds until a decision: see life-cycle/provisional.ts. */
  readonly provisional: Provisional;
  /** An account is known by something new: see people/identity-changed.ts. */
  readonly identityChanged: People['identityChanged'];
  /** Before several changes about the same people in one transaction: see people/concerned.ts. */
  readonly holdConcerned: typeof holdConcerned;
  /** What was only said of people is taken back: see people/retract.ts. */
  readonly retractWithin: People['retractWithin'];
  /** The lookup of keys that are at hand already; see lookup/lookup.ts. */
  readonly answerKeys: Lookups['answerKeys'];
  readonly answerManyKeys: Lookups['answerManyKeys'];
  stats(): ExclusionsStats;
  /** Loaded, and confirmed less than a second ago. */
  ready(): boolean;
  /** Called for each event of `exclusions/changes` this node has applied, once and in order. */
  onApplied(listener: (event: FeedEvent) => void): void;
  /** Called when the history broke: whoever follows the topic must begin again. */
  onReset(listener: (topic: string, reason: string) => void): void;
}

/** What the age of the last confirmation is told as before there is one. */
const NEVER_MS = 3_600_000;

export function createExclusions(platform: Platform, deps: ExclusionsDeps): Exclusions {
  const { db, bus, log, config, node, crypto, metrics } = platform;
  const applied: ((event: FeedEvent) => void)[] = [];
  const resets: ((topic: string, reason: string) => void)[] = [];
  const follower = new Follower({
    db,
    bus,
    log,
    quietMs: (at) => deps.policy.longestQuietMs(at),
    onApplied: (entry) => {
      if (applied.length === 0) return;
      const event = eventOf(follower.replica.epoch, entry);
      for (const listener of applied) listener(event);
    },
    onReset: (reason) => {
      for (const listener of resets) listener(CHANGES, reason);
    },
  });
  const { replica, freshness } = follower;
  const recorder = new CheckRecorder({
    db,
    log,
    node,
    dataDir: config.dataDir,
    spoolBytesMax: config.limits.checksSpoolBytes,
  });
  const lookups = new Lookups({
    db,
    crypto,
    replica,
    freshness,
    recorder,
    policies: deps.policy,
    screen: deps.screen,
  });
  const register = createRegister(platform, {
    accountKeys: deps.accountKeys,
    accountsOfKeys: deps.accountsOfKeys,
    reached: (seq, timeoutMs) => replica.reached(seq, timeoutMs),
  });
  const people = createPeople(platform, register);
  const lifeCycle = createLifeCycle(platform, {
    register,
    accountKeys: deps.accountKeys,
    rulesAt: (at) => deps.policy.at(at).values.periods,
  });
  const stats = (): ExclusionsStats => ({
    lookups: lookups.lookups,
    hits: lookups.hits,
    latencyCounts: [...lookups.latency.counts],
    replicaSeq: replica.seq,
    replicaPeople: replica.people,
    replicaLag: replica.lag,
    freshnessMs: Math.min(Math.max(0, performance.now() - replica.confirmedAt), NEVER_MS),
    ready: replica.isFresh(performance.now()),
  });
  exportMetrics(metrics, stats, recorder);
  const services: Service[] = [follower, recorder, register.service];

  return {
    domain: {
      name: 'exclusions',
      handlers: {
        register: register.register,
        get: register.get,
        list: register.list,
        lookup: (input, call) => lookups.lookup(input, call),
        lookupMany: (input, call) => lookups.lookupMany(input, call),
        ...people.handlers,
        ...lifeCycle.handlers,
        ...createStatistics(platform),
        ...createOwnChecks(platform),
      },
      alsoMalformed: {
        register: malformedIdentifiers,
        lookup: malformedIdentifiers,
        findPeople: malformedIdentifiers,
      },
      isPlain: { lookup: isPlainLookup, lookupMany: isPlainLookupMany },
      logs: [createChangesSource(db, replica)],
      services,
    },
    isExcluded: (tx, keys) => register.isExcluded(tx, keys),
    recordsOf,
    seemsExcluded: (keys) => {
      if (replica.state !== 'live') return false;
      const now = performance.now();
      const { table, clock } = replica;
      return keys.some((key) => table.probeBytes(key, clock.lower(now), clock.upper(now)));
    },
    registerBatch: (registrations) => register.registerBatch(registrations),
    registerWithin: register.registerWithin,
    changeWithin: register.changeWithin,
    caughtUp: register.caughtUp,
    liftWithin: lifeCycle.liftWithin,
    provisional: lifeCycle.provisional,
    identityChanged: people.identityChanged,
    holdConcerned,
    retractWithin: people.retractWithin,
    answerKeys: (asked, call) => lookups.answerKeys(asked, call),
    answerManyKeys: (asked, call) => lookups.answerManyKeys(asked, call),
    stats,
    ready: () => replica.isFresh(performance.now()),
    onApplied: (listener) => void applied.push(listener),
    onReset: (listener) => void resets.push(listener),
  };
}

/** Read when somebody asks for the metrics, so that a lookup pays nothing for them. */
function exportMetrics(
  metrics: Platform['metrics'],
  stats: () => ExclusionsStats,
  recorder: CheckRecorder,
): void {
  const gauges: readonly [name: string, help: string, read: () => number][] = [
    ['kinga_lookups', 'Lookups answered since the process started', () => stats().lookups],
    ['kinga_lookup_hits', 'Lookups answered EXCLUDED since the process started', () => stats().hits],
    ['kinga_checks_recorded', 'Checks recorded since the process started', () => recorder.recorded],
    ['kinga_checks_spool_bytes', 'Bytes of checks waiting in the spool', () => recorder.spoolBytes],
    ['kinga_replica_seq', 'Last entry of the register applied', () => stats().replicaSeq],
    ['kinga_replica_lag', 'Entries of the register not applied yet', () => stats().replicaLag],
    ['kinga_replica_age_ms', 'Age of the last confirmation by the database', () => stats().freshnessMs],
  ];
  for (const [name, help, read] of gauges) {
    const gauge = metrics.gauge(name, help);
    Object.assign(gauge, { collect: () => gauge.set(read()) });
  }
}
