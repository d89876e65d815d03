import { startEmbeddedPostgres } from '@kinga/server/platform/postgres/embedded.ts';
import { DISPOSABLE_SETTINGS } from '@kinga/server/platform/postgres/settings.ts';
import { pino } from 'pino';

/** Owns a cluster until it is killed; prints its URL. */
const [dataDir = ''] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const { url } = await startEmbeddedPostgres({ dataDir, log, sync: false, settings: DISPOSABLE_SETTINGS });
process.stdout.write(url);
setInterval(() => {}, 60_000);
