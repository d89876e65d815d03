import { type EntityName, MikroORM } from '@mikro-orm/postgresql';
import type { Database } from './database.ts';

/** Opens the ORM on the same settings as the pool: unhurried reading and writing, with few connections. */
export async function openOrm(db: Database, entities: readonly EntityName[]): Promise<void> {
  const { connectionString, ...driverOptions } = db.pooledConnection();
  db.useOrm(
    await MikroORM.init({
      clientUrl: connectionString ?? db.url,
      entities: [...entities],
      driverOptions,
      pool: { min: 0, max: 4 },
      discovery: { warnWhenNoEntities: false },
      logger: () => {},
    }),
  );
}
