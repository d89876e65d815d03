import type { markets } from '@kinga/shared/markets/contract.ts';
import type { Domain } from '../../domain.ts';
import type { Platform } from '../../platform/context.ts';
import type { StateFrame } from '../../platform/feed/source.ts';
import { Betting, type BettingDependencies } from './betting.ts';
import { type CatalogueDependencies, catalogueHandlers } from './catalogue.ts';
import { MarketPublisher } from './publisher.ts';
import { marketStates } from './states.ts';

export interface MarketsDependencies extends BettingDependencies, CatalogueDependencies {
  /** The feed's: tells every node's watchers. */
  readonly publishState: (topic: string, frame: StateFrame) => void;
}

export interface Markets {
  readonly domain: Domain<typeof markets>;
  /** Cumulative, of this node. */
  stats(): { readonly betsPlaced: number };
}

export function createMarkets(platform: Platform, dependencies: MarketsDependencies): Markets {
  const states = marketStates(platform.db);
  const publisher = new MarketPublisher({ states, publish: dependencies.publishState, log: platform.log });
  const betting = new Betting(platform, dependencies, (marketId) => publisher.changed(marketId));
  return {
    domain: {
      name: 'markets',
      handlers: {
        ...catalogueHandlers(platform, dependencies),
        placeBet: (input, call) => betting.place(input, call),
      },
      states: [states],
      services: [{ name: 'markets', drain: () => publisher.settle() }],
    },
    stats: () => ({ betsPlaced: betting.betsPlaced }),
  };
}
