import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { topic } from '../contract/topic.ts';

const figure = z.number().nonnegative();

/** Known persons on the routes they are asked about on; absent: nobody asks about them. */
const canaries = z
  .object({
    /** Answered rightly and in time, the last time. */
    ok: figure,
    failing: figure,
    /** null: not asked yet. */
    lastAt: fields.instant.nullable(),
  })
  .optional();

/** What one node writes about itself each second; the live topic is the sum over the nodes. */
export const nodeStats = z.object({
  node: z.string(),
  sockets: z.object({
    anonymous: figure,
    admin: figure,
    regulator: figure,
    support: figure,
    operator: figure,
    bettor: figure,
    citizen: figure,
    /** Sockets of operators' API keys. */
    key: figure,
  }),
  lookupsPerSecond: figure,
  /** Server time of a lookup, from arrival to answer, in milliseconds; null without lookups. */
  lookupP50Ms: figure.nullable(),
  lookupP99Ms: figure.nullable(),
  /** Share of lookups answered EXCLUDED; null without lookups. */
  hitRate: figure.nullable(),
  betsPerSecond: figure,
  replicaSeq: fields.seq,
  replicaPeople: figure,
  /** Entries of the register's log this node has not applied yet. */
  replicaLag: figure,
  /** Age of the last confirmation; over 1,000 the node asks the database before it answers. */
  freshnessMs: figure,
  ready: z.boolean(),
  canaries,
});
export type NodeStats = z.output<typeof nodeStats>;

export const live = z.object({
  at: fields.instant,
  sockets: nodeStats.shape.sockets,
  lookupsPerSecond: figure,
  lookupP50Ms: figure.nullable(),
  lookupP99Ms: figure.nullable(),
  hitRate: figure.nullable(),
  betsPerSecond: figure,
  canaries,
  nodes: z.array(nodeStats),
});
export type Live = z.output<typeof live>;

export const monitoringTopics = {
  live: topic({
    pattern: 'monitoring/live',
    kind: 'state',
    summary: 'The whole hub, once a second',
    access: { roles: ['admin', 'regulator'] },
    events: { state: live },
  }),
};
