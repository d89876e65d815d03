import { defineEntity, type EntityName, type InferEntity, p } from '@mikro-orm/postgresql';

export const MarketRow = defineEntity({
  name: 'MarketRow',
  tableName: 'markets',
  properties: {
    id: p.text().primary(),
    question: p.text(),
    closesAt: p.datetime(),
    minStakeMinor: p.bigint('bigint'),
    poolYesMinor: p.bigint('bigint'),
    poolNoMinor: p.bigint('bigint'),
    version: p.bigint('number'),
  },
});
export type MarketRow = InferEntity<typeof MarketRow>;

export const entities: EntityName[] = [MarketRow];
