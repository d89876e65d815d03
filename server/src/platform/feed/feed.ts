import { KingaError } from '@kinga/shared/contract/errors.ts';
import { matchTopic } from '@kinga/shared/contract/topic.ts';
import type { FeedEvent, WatchAck, WatchRequest } from '@kinga/shared/contract/wire.ts';
import type { Server } from 'socket.io';
import type { Grants } from '../call/grants.ts';
import type { Platform } from '../context.ts';
import type { Service } from '../lifecycle/service.ts';
import { Directory, type Entry, noSuchTopic } from './directory.ts';
import { entriesOf } from './entries.ts';
import { LogTopic } from './log-topic.ts';
import { OutboxTail } from './outbox-tail.ts';
import { Pulse } from './pulse.ts';
import { Rooms } from './rooms.ts';
import type { LogSource, OutboxLog, StateFrame, StateSource } from './source.ts';
import { StateExchange } from './state-exchange.ts';
import { StateTopic } from './state-topic.ts';
import type { Watcher, WatcherFeed } from './watcher.ts';
import { type Slot, type Subscription, WatchingSocket } from './watching-socket.ts';

export interface FeedOptions {
  readonly platform: Platform;
  readonly logs: readonly LogSource[];
  readonly outboxLogs: readonly OutboxLog[];
  readonly states: readonly StateSource[];
  /** What is granted beyond what the topics declare; nothing, unless somebody says so. */
  readonly grants?: Grants;
}

/** Every topic of this node and every socket that watches one. */
export interface Feed extends WatcherFeed, Service {
  /** Once, before the first socket: the rooms are this server's, and states travel by its Redis adapter. */
  useIo(io: Server): void;
  /** For a LogSource, in order, each time its tail advances. Cheap when nobody here watches the topic. */
  emitLog(topic: string, event: Omit<FeedEvent, 'topic'>): void;
  /** For a LogSource whose history is another than what it has told. */
  resetLog(topic: string, reason: string): void;
  /** After the commit: to the watchers of this node at once, of the others through Redis. */
  publishState(topic: string, frame: StateFrame): void;
  /** Less is granted than before: watches that are allowed no longer end with a `reset`, reason `forbidden`. */
  endForbidden(): void;
  /** How many sockets of this node watch the topic, those being answered included. */
  watchers(topic: string): number;
  /** The parameters under which machines watch topics of this pattern here: `op_1` of `operators/op_1/changes`. */
  watchedByKeys(pattern: string): string[];
}

export function createFeed(options: FeedOptions): Feed {
  return new FeedService(options);
}

const always = () => true;

class FeedService implements Feed {
  readonly name = 'feed';
  readonly #platform: Platform;
  readonly #directory: Directory;
  readonly #outbox: OutboxTail;
  readonly #rooms = new Rooms();
  readonly #states: StateExchange;
  readonly #pulse: Pulse;
  readonly #sockets = new Map<string, WatchingSocket>();
  readonly #logTopics = new Map<string, LogTopic>();
  readonly #stateTopics = new Map<string, StateTopic>();
  readonly #countReset: () => void;

  constructor(options: FeedOptions) {
    const { platform } = options;
    this.#platform = platform;
    this.#outbox = new OutboxTail({
      db: platform.db,
      log: platform.log,
      onEvent: (event) => this.#logTopics.get(event.topic)?.take(event),
      onEpochChange: () => this.#resetAll(),
    });
    this.#directory = new Directory(entriesOf(options, this.#outbox), options.grants);
    this.#states = new StateExchange({
      platform,
      topics: this.#stateTopics,
      epochOf: () => this.#outbox.epoch,
    });
    this.#pulse = new Pulse({
      platform,
      sockets: this.#sockets,
      epochOf: () => this.#outbox.epoch,
      tailAgeMs: () => this.#outbox.tail.ageMs(),
      onSlow: ({ watcher }, message) => {
        this.detach(watcher);
        watcher.close({ code: 'SLOW_CONSUMER', message });
      },
    });
    const resets = platform.metrics.counter(
      'kinga_feed_resets_total',
      'Breaks of continuity told to watchers',
    );
    this.#countReset = () => resets.inc();
  }

  useIo(io: Server): void {
    this.#rooms.use(io);
    this.#states.useIo(io);
  }

  async start(): Promise<void> {
    await this.#outbox.tail.start();
    this.#states.start();
    this.#pulse.start();
  }

  async stop(): Promise<void> {
    this.#pulse.stop();
    for (const socket of this.#sockets.values()) this.detach(socket.watcher);
    await this.#states.stop();
    await this.#outbox.tail.stop();
  }

  attach(watcher: Watcher): void {
    const { heartbeatKeyMs, heartbeatMs } = this.#platform.config.limits;
    const everyMs = watcher.actor.kind === 'key' ? heartbeatKeyMs : heartbeatMs;
    this.#sockets.set(watcher.id, new WatchingSocket(watcher, everyMs));
  }

  detach(watcher: Watcher): void {
    const socket = this.#sockets.get(watcher.id);
    if (socket === undefined) return;
    const topics = [...socket.slots.keys()];
    socket.dispose();
    this.#sockets.delete(watcher.id);
    for (const topic of topics) this.#forget(topic);
  }

  async watch(watcher: Watcher, input: WatchRequest, isAwaited = always): Promise<WatchAck> {
    const socket = this.#sockets.get(watcher.id);
    if (socket === undefined) throw new KingaError('UNAVAILABLE', 'The socket is closed');
    const entry = this.#directory.admit(watcher.actor, input.topic);
    const { watchedTopics } = this.#platform.config.limits;
    if (!socket.slots.has(input.topic) && socket.slots.size >= watchedTopics) {
      throw new KingaError('RATE_LIMITED', `At most ${watchedTopics} topics a socket: unwatch one first`, {
        retryAfterMs: 1_000,
      });
    }
    const slot = socket.slot(input.topic);
    const turn = ++slot.turns;
    slot.unanswered++;
    const answer = slot.chain.then(() => this.#answer({ socket, slot, turn, entry, input, isAwaited }));
    slot.chain = answer.catch(() => {});
    try {
      return await answer;
    } finally {
      slot.unanswered--;
      socket.drop(input.topic, slot);
      this.#forget(input.topic);
    }
  }

  unwatch(watcher: Watcher, input: { readonly topic: string }): { readonly topic: string } {
    const socket = this.#sockets.get(watcher.id);
    const slot = socket?.slots.get(input.topic);
    if (socket !== undefined && slot !== undefined) {
      slot.cancelledTurns = slot.turns;
      slot.subscription?.of.close();
      slot.subscription = undefined;
      socket.drop(input.topic, slot);
      this.#forget(input.topic);
    }
    return { topic: input.topic };
  }

  emitLog(topic: string, event: Omit<FeedEvent, 'topic'>): void {
    const { epoch, seq, at, type, data } = event;
    this.#logTopics.get(topic)?.take({ topic, epoch, seq, at, type, data });
  }

  resetLog(topic: string, reason: string): void {
    this.#logTopics.get(topic)?.reset(reason);
  }

  publishState(topic: string, frame: StateFrame): void {
    this.#states.publish(topic, frame);
  }

  endForbidden(): void {
    for (const { watcher, slots } of this.#sockets.values()) {
      for (const topic of [...slots.keys()]) {
        if (this.#mayWatch(watcher, topic)) continue;
        const { seq } = slots.get(topic)?.subscription?.of.head(this.#outbox.epoch) ?? { seq: 0 };
        this.unwatch(watcher, { topic });
        watcher.emit('reset', { topic, epoch: this.#outbox.epoch, seq, reason: 'forbidden' });
      }
    }
  }

  #mayWatch(watcher: Watcher, topic: string): boolean {
    try {
      return this.#directory.admit(watcher.actor, topic) !== undefined;
    } catch {
      return false;
    }
  }

  watchers(name: string): number {
    const topic = this.#logTopics.get(name) ?? this.#stateTopics.get(name);
    return topic === undefined ? 0 : topic.subscriptions.size + topic.users;
  }

  watchedByKeys(pattern: string): string[] {
    const found: string[] = [];
    for (const [name, { subscriptions }] of this.#logTopics) {
      const parameter = matchTopic(pattern, name);
      if (parameter === undefined) continue;
      if ([...subscriptions.values()].some(({ actor }) => actor.kind === 'key')) found.push(parameter);
    }
    return found;
  }

  /** One watch of one slot, after those before it. */
  async #answer(turn: {
    socket: WatchingSocket;
    slot: Slot;
    turn: number;
    entry: Entry;
    input: WatchRequest;
    isAwaited: () => boolean;
  }): Promise<WatchAck> {
    const { slot } = turn;
    const [ack, subscription] = await this.#subscribe(turn);
    slot.subscription = subscription;
    if (turn.turn <= slot.cancelledTurns) {
      subscription.of.close();
      slot.subscription = undefined;
    } else {
      // The gateway sends the ack in this turn of the event loop; the first event follows in the next.
      setImmediate(() => subscription.of.begin());
    }
    return ack;
  }

  async #subscribe({
    socket,
    entry,
    input,
    isAwaited,
  }: {
    socket: WatchingSocket;
    entry: Entry;
    input: WatchRequest;
    isAwaited: () => boolean;
  }): Promise<[WatchAck, Subscription]> {
    const { topic: name, from } = input;
    const topic = this.#topic(name, entry);
    topic.users++;
    try {
      if (entry.kind === 'log' && entry.log.exists && !(await entry.log.exists(name))) throw noSuchTopic();
      if (topic instanceof LogTopic) {
        const [ack, of] = await topic.watch(socket, { from, isAwaited });
        return [ack, { kind: 'log', of }];
      }
      const [ack, of] = await topic.watch(socket.watcher, { from, isAwaited });
      return [ack, { kind: 'state', of }];
    } finally {
      topic.users--;
    }
  }

  #topic(name: string, entry: Entry): LogTopic | StateTopic {
    const known = this.#logTopics.get(name) ?? this.#stateTopics.get(name);
    if (known) return known;
    const shared = { name, rooms: this.#rooms, logger: this.#platform.log };
    if (entry.kind === 'log') {
      const topic = new LogTopic({ ...shared, log: entry.log, onReset: this.#countReset });
      this.#logTopics.set(name, topic);
      return topic;
    }
    const topic = new StateTopic({ ...shared, source: entry.source, epochOf: () => this.#outbox.epoch });
    this.#stateTopics.set(name, topic);
    return topic;
  }

  #forget(name: string): void {
    if (this.#logTopics.get(name)?.unused) this.#logTopics.delete(name);
    if (this.#stateTopics.get(name)?.unused) this.#stateTopics.delete(name);
  }

  #resetAll(): void {
    for (const topic of this.#logTopics.values()) {
      if (!topic.log.resetsItself && topic.epoch !== this.#outbox.epoch) topic.reset('epoch-changed');
    }
    for (const topic of this.#stateTopics.values()) topic.reset('epoch-changed');
  }
}
