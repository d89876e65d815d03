import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';

export const MarketRow = defineEntity({
  name: 'MarketRow',
  tableName: 'markets',
  properties: {
    id: p.text().primary(),
    question: p.text(),
    closesAt: p.datetime(),
    minStakeMinor: p.bigint('bigint'),
    poolYesMinor: p.bigint('bigint').default('0'),
    poolNoMinor: p.bigint('bigint').default('0'),
    version: p.bigint('number').default('1'),
    openedAt: p.datetime().defaultRaw('clock_timestamp()'),
    changedAt: p.datetime().defaultRaw('clock_timestamp()'),
  },
});
export type MarketRow = InferEntity<typeof MarketRow>;

export const entities = [MarketRow];
