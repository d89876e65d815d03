import { randomUUID } from 'node:crypto';
import { type Actor, ANONYMOUS } from '@kinga/server/platform/call/actor.ts';
import type { Call } from '@kinga/server/platform/call/handler.ts';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import { pino } from 'pino';

/** What the gateway would hand to a handler; for testing a domain without the hub around it. */
export function callBy(actor: Actor = ANONYMOUS, overrides: Partial<Call> = {}): Call {
  return {
    actor,
    requestId: randomUUID(),
    address: '127.0.0.1',
    idempotencyKey: undefined,
    log: pino({ level: 'silent' }),
    procedure: 'test.call',
    rearm: undefined,
    ...overrides,
  };
}

/** The error a caller would be told; fails when there is none, or one that is not meant for callers. */
export async function refusal(answer: unknown): Promise<KingaError> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof KingaError) return error;
    throw error;
  }
  throw new Error('expected a refusal, but the call succeeded');
}
