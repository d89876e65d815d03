import { join } from 'node:path';
import { CheckRecorder } from '@kinga/server/domains/exclusions/checks/recorder.ts';
import { ANSWER_CODE, PURPOSE_CODE } from '@kinga/server/domains/exclusions/checks/row.ts';
import { Database } from '@kinga/server/platform/db/database.ts';
import { acquireLock } from '@kinga/server/platform/lifecycle/lock-file.ts';
import { pino } from 'pino';

/** Answers EXCLUDED so many times, tells the check ids, and never gets to flush: somebody kills it. */
const [dataDir = '', count = '1'] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const db = new Database({ url: 'postgres://nobody@127.0.0.1:1/none', log, applicationName: 'dead' });
acquireLock(join(dataDir, 'checks-dead.lock'));
const recorder = new CheckRecorder({ db, log, node: 'dead', dataDir, spoolBytesMax: 1024 ** 3 });
const ids: string[] = [];
for (let i = 0; i < Number(count); i++) {
  recorder.begin(7, 1, Date.UTC(2026, 10, 20));
  recorder.add('fedcba9876543210', PURPOSE_CODE.bet, ANSWER_CODE.CLEAR);
  ids.push(recorder.add('0123456789abcdef', PURPOSE_CODE.bet, ANSWER_CODE.EXCLUDED));
  recorder.end();
}
process.stdout.write(`${JSON.stringify(ids)}\n`);
setInterval(() => {}, 1_000);
