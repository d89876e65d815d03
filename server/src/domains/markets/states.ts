import { type Market, marketTopics } from '@kinga/shared/markets/contract.ts';
import type { Database } from '../../platform/db/database.ts';
import type { StateFrame, StateSource } from '../../platform/feed/source.ts';
import { poolsOnWire } from './rules.ts';

const TOPIC_PREFIX = 'markets/';

export function topicOf(marketId: string): string {
  return `${TOPIC_PREFIX}${marketId}`;
}

interface Row {
  readonly id: string;
  readonly question: string;
  readonly closes_at: Date;
  readonly min_stake_minor: string;
  readonly pool_yes_minor: string;
  readonly pool_no_minor: string;
  readonly version: string;
  readonly changed_at: Date;
}

const COLUMNS =
  'id, question, closes_at, min_stake_minor, pool_yes_minor, pool_no_minor, version, changed_at';

/** Pools and odds of a market under its row's version, readable from PostgreSQL at any time. */
export function marketStates(db: Database): StateSource {
  return {
    topic: marketTopics.market,
    current: async (name) => {
      const { rows } = await db.query<Row>(`SELECT ${COLUMNS} FROM markets WHERE id = $1`, [
        name.slice(TOPIC_PREFIX.length),
      ]);
      return rows[0] && frameOf(rows[0]);
    },
    newer: async (known) => {
      const { rows } = await db.query<Row>(
        `SELECT ${COLUMNS} FROM markets
           JOIN unnest($1::text[], $2::bigint[]) AS known (market, seen) ON id = market AND version > seen`,
        [[...known.keys()].map((name) => name.slice(TOPIC_PREFIX.length)), [...known.values()]],
      );
      return new Map(rows.map((row) => [topicOf(row.id), frameOf(row)]));
    },
  };
}

function frameOf(row: Row): StateFrame {
  const state: Market = {
    id: row.id,
    question: row.question,
    closesAt: row.closes_at.toISOString(),
    minStakeMinor: row.min_stake_minor,
    currency: 'KES',
    ...poolsOnWire({ YES: BigInt(row.pool_yes_minor), NO: BigInt(row.pool_no_minor) }),
    version: Number(row.version),
  };
  return { version: state.version, at: row.changed_at.toISOString(), state };
}
