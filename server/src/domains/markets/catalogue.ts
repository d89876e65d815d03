import { invalidInput, notFound } from '@kinga/shared/contract/errors.ts';
import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { Market, markets } from '@kinga/shared/markets/contract.ts';
import type { Call, Handlers } from '../../platform/call/handler.ts';
import { idempotent } from '../../platform/call/idempotency.ts';
import type { Platform } from '../../platform/context.ts';
import { newId } from '../../platform/crypto/ids.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Policy } from '../policy/index.ts';
import { MarketRow } from './entities.ts';
import { closingTime, poolsOnWire } from './rules.ts';

interface Opening {
  readonly question: string;
  readonly closesAt: string;
  readonly minStakeMinor?: string | undefined;
}

export interface CatalogueDependencies {
  readonly ledger: Pick<Ledger, 'openPool'>;
  readonly policy: Pick<Policy, 'at'>;
}

/** Opening and reading markets: unhurried, so the ORM does it. */
export function catalogueHandlers(
  platform: Platform,
  { ledger, policy }: CatalogueDependencies,
): Pick<Handlers<typeof markets>, 'open' | 'get' | 'list'> {
  const { db } = platform;
  return {
    open: (input, call) => open(platform, { ledger, policy }, { input, call }),
    get: async ({ id }) => {
      const row = await db.em().findOne(MarketRow, { id });
      if (!row) throw notFound('id', 'There is no such market');
      return marketOf(row);
    },
    list: async ({ cursor }) => {
      const rows = await db.em().find(MarketRow, cursor === undefined ? {} : { id: { $lt: cursor } }, {
        orderBy: { id: 'desc' },
        limit: PAGE_SIZE + 1,
      });
      const items = rows.slice(0, PAGE_SIZE).map(marketOf);
      const last = items.at(-1);
      return rows.length > PAGE_SIZE && last ? { items, nextCursor: last.id } : { items };
    },
  };
}

function open(
  { db, crypto }: Platform,
  { ledger, policy }: CatalogueDependencies,
  { input, call }: { input: Opening; call: Call },
): Promise<Market> {
  const closesAt = closingTime(input.closesAt);
  return db.unitOfWork((em, tx) =>
    idempotent(tx, crypto, { call, input }, async () => {
      const { rows } = await tx.query<{ now_ms: number }>(
        'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms',
      );
      const nowMs = rows[0]?.now_ms ?? Number.POSITIVE_INFINITY;
      if (closesAt.getTime() <= nowMs) throw invalidInput('closesAt', 'is in the past');
      const { minimumStake } = policy.at(nowMs).values;
      const market = em.create(MarketRow, {
        id: newId('mkt'),
        question: input.question,
        closesAt,
        minStakeMinor: BigInt(input.minStakeMinor ?? minimumStake.amountMinor),
        poolYesMinor: 0n,
        poolNoMinor: 0n,
        version: 1,
      });
      await em.flush();
      await ledger.openPool(tx, market.id);
      await recordAudit(tx, {
        actor: call.actor,
        action: 'market.opened',
        subject: market.id,
        details: { closesAt: closesAt.toISOString() },
        requestId: call.requestId,
      });
      return marketOf(market);
    }),
  );
}

function marketOf(row: MarketRow): Market {
  return {
    id: row.id,
    question: row.question,
    closesAt: row.closesAt.toISOString(),
    minStakeMinor: row.minStakeMinor.toString(),
    currency: 'KES',
    ...poolsOnWire({ YES: row.poolYesMinor, NO: row.poolNoMinor }),
    version: row.version,
  };
}
