import { randomBytes } from 'node:crypto';
import type { Config } from './config.ts';
import { type Hub, startHub } from './hub.ts';
import type { Scope } from './platform/lifecycle/run-process.ts';
import { createLogger } from './platform/log/log.ts';
import { openDatabase } from './platform/postgres/open-database.ts';

export interface LaunchedHub {
  readonly hub: Hub;
  readonly databaseUrl: string;
}

/**
 * A hub and what it stands on, as part of this process's life. `beforeHub` runs once the database is there, which
 * on the embedded one means: once nobody else owns DATA_DIR.
 */
export async function launchHub(
  scope: Scope,
  config: Config,
  beforeHub?: () => Promise<void>,
): Promise<LaunchedHub> {
  const node = randomBytes(3).toString('hex');
  const log = createLogger({ level: config.logLevel, node, part: 'hub' });
  const database = await openDatabase(config, log, () => scope.checkpoint());
  scope.defer('the database', () => database.stop());
  await beforeHub?.();
  scope.checkpoint();
  const { url: databaseUrl, secrets } = database;
  const hub = await startHub({ config, databaseUrl, secrets, log, node });
  scope.onDrain('the hub', () => hub.drain());
  scope.defer('the hub', () => hub.stop());
  return { hub, databaseUrl };
}
