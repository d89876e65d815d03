import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Database } from '../../../platform/db/database.ts';
import { isUnavailable } from '../../../platform/db/errors.ts';
import { type Acknowledged, type Acknowledgement, acknowledgeAll } from './acknowledge.ts';

const BATCH_MAX = 256;
const WAITING_MAX = 10_000;

interface Member {
  readonly given: Acknowledgement;
  readonly resolve: (acknowledged: Acknowledged) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: one change concerns a thousand operators, and all of them acknowledge it at once. What arrives
 * while a commit runs shares the next one.
 */
export class AcknowledgementQueue {
  readonly #db: Database;
  readonly #waiting: Member[] = [];
  #isRunning = false;

  constructor(db: Database) {
    this.#db = db;
  }

  submit(given: Acknowledgement): Promise<Acknowledged> {
    if (this.#waiting.length >= WAITING_MAX) {
      return Promise.reject(new KingaError('UNAVAILABLE', 'Too many acknowledgements are waiting'));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ given, resolve, reject });
      // After this turn of the loop: calls that arrived together go together.
      setImmediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0, BATCH_MAX));
    this.#isRunning = false;
  }

  async #commit(batch: readonly Member[]): Promise<void> {
    try {
      const given = batch.map((member) => member.given);
      const acknowledged = await this.#db.transaction((tx) => acknowledgeAll(tx, given));
      for (const { given: one, resolve, reject } of batch) {
        const reached = acknowledged.get(one.operatorId);
        if (reached === undefined) reject(new Error('an acknowledgement without an outcome'));
        else resolve(reached);
      }
    } catch (error) {
      const told = isUnavailable(error)
        ? new KingaError('UNAVAILABLE', 'Acknowledgements cannot be written now: send it again', {
            cause: error,
          })
        : error;
      for (const { reject } of batch) reject(told);
    }
  }
}
