import type { Config } from '../config.ts';
import type { Crypto } from './crypto/crypto.ts';
import type { Database } from './db/database.ts';
import type { Bus } from './feed/bus.ts';
import type { Logger } from './log/log.ts';
import type { Metrics } from './metrics/metrics.ts';

/** What every domain is given; knows no domain. */
export interface Platform {
  /** Short random name of this process: in hello, logs, metrics and check ids. */
  readonly node: string;
  readonly config: Config;
  readonly log: Logger;
  readonly db: Database;
  readonly crypto: Crypto;
  readonly metrics: Metrics;
  readonly bus: Bus;
}
