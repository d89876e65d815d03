import type { Entry } from './directory.ts';
import type { FollowedLog } from './log-topic.ts';
import type { OutboxTail } from './outbox-tail.ts';
import type { LogSource, OutboxLog, StateSource } from './source.ts';

/** What the domains declared, as the feed follows it. */
export function entriesOf(
  declared: {
    readonly logs: readonly LogSource[];
    readonly outboxLogs: readonly OutboxLog[];
    readonly states: readonly StateSource[];
  },
  outbox: OutboxTail,
): Entry[] {
  return [
    ...declared.logs.map((source): Entry => ({ kind: 'log', topic: source.topic, log: followed(source) })),
    ...declared.outboxLogs.map(
      (log): Entry => ({
        kind: 'log',
        topic: log.topic,
        log: outbox.follow(log),
        ...(log.authorize && { authorize: log.authorize.bind(log) }),
      }),
    ),
    ...declared.states.map((source): Entry => ({ kind: 'state', topic: source.topic, source })),
  ];
}

function followed(source: LogSource): FollowedLog {
  const { snapshot, exists } = source;
  return {
    topic: source.topic,
    resetsItself: true,
    asOf: (name) => source.emitted(name).asOf,
    head: (name) => source.head(name),
    read: (name, range) => source.read(name, range),
    oldest: (name) => source.oldest(name),
    ...(snapshot && { snapshot: (name, actor) => snapshot.call(source, name, actor) }),
    ...(exists && { exists: (name) => exists.call(source, name) }),
  };
}
