import { createTurns } from '../../platform/call/turns.ts';
import type { Platform } from '../../platform/context.ts';
import type { Database } from '../../platform/db/database.ts';

/** Of a node's sixteen connections; the others are for what is real. */
const CONNECTIONS_MAX = 3;
const WAITING_MAX = 500;

export interface SandboxPlatform extends Pick<Platform, 'crypto'> {
  readonly db: Pick<Database, 'transaction'>;
}

/**
 * The sandbox answers from PostgreSQL what is really answered from memory, and an operator's staff make keys for it by
 * themselves: however much is asked there, the register keeps its connections.
 */
export function sparing({ crypto, db }: Platform): SandboxPlatform {
  const inTurn = createTurns({
    runningMax: CONNECTIONS_MAX,
    waitingMax: WAITING_MAX,
    refusal: 'Too much is asked in the sandbox at once',
  });
  return { crypto, db: { transaction: (work) => inTurn(() => db.transaction(work)) } };
}
