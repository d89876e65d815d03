import { conflict, KingaError } from '@kinga/shared/contract/errors.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import type { Command, Done, Held } from './commands.ts';
import { type LiftWithin, RETURN_CONFIRMED } from './lift.ts';
import { type Cycle, iso } from './row.ts';
import { refuseOver, returnPossibleFrom, wishTimes } from './rules.ts';
import { isLiftable, openWish } from './view.ts';
import { closeWish } from './wish.ts';

type OneExclusion = { readonly id: string };

/** The way back: a request once the minimum is over, days of reflection, and the word once more. */
export function createReturnCommands(command: Command, liftWithin: LiftWithin) {
  return {
    requestReturn: (input: OneExclusion, call: Call) =>
      command({ input, call }, (held) => requestReturn(held, liftWithin)),
    confirmReturn: (input: OneExclusion, call: Call) =>
      command({ input, call }, (held) => confirmReturn(held, liftWithin)),
    cancelReturn: (input: OneExclusion, call: Call) => command({ input, call }, cancelReturn),
  };
}

async function requestReturn(
  { tx, cycle, rules, rulesAt, call }: Held,
  liftWithin: LiftWithin,
): Promise<Done> {
  const { id, now } = cycle;
  refuseTooEarly(cycle, returnPossibleFrom(cycle, rulesAt));
  if (openWish(cycle) !== null) throw conflict('id', 'a return was requested already');
  await closeWish(tx, id, 'lapsed');
  const { availableAt, lapsesAt } = wishTimes(cycle, rules, now);
  const details = { availableAt: iso(availableAt), lapsesAt: iso(lapsesAt) };
  await audit(tx, call, { action: 'exclusion.returnRequested', subject: id, details });
  if (!rules[cycle.period].freshConfirmation) {
    const { told } = await liftWithin(tx, id, { at: availableAt, reasonCode: 'returnRequested', by: call });
    return { news: 'returnRequested', told };
  }
  await tx.query(
    `INSERT INTO exclusion_returns (id, exclusion_id, account_id, requested_at, available_at, lapses_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [newId('ret'), id, accountOf(call), iso(now), iso(availableAt), iso(lapsesAt)],
  );
  return { news: 'returnRequested' };
}

async function confirmReturn({ tx, cycle, call }: Held, liftWithin: LiftWithin): Promise<Done> {
  refuseOver(cycle, cycle.now);
  const wish = openWish(cycle);
  if (wish === null) throw conflict('id', 'no return was requested, or the request has lapsed');
  if (wish.availableAt > cycle.now)
    throw conflict('id', `the return can be confirmed from ${iso(wish.availableAt)} on`);
  const { told } = await liftWithin(tx, cycle.id, { reasonCode: RETURN_CONFIRMED, by: call });
  return { told };
}

async function cancelReturn({ tx, cycle, call }: Held): Promise<Done> {
  if (openWish(cycle) === null) throw conflict('id', 'no return was requested, or the request has lapsed');
  await closeWish(tx, cycle.id, 'cancelled');
  await audit(tx, call, { action: 'exclusion.returnCancelled', subject: cycle.id });
  return { news: 'returnCancelled' };
}

/** Each reason by its rule: L.N. 112 of 2026, r. 72(1) and r. 71(3). */
function refuseTooEarly(cycle: Cycle, from: number | null): void {
  refuseOver(cycle, cycle.now);
  if (!isLiftable(cycle)) throw conflict('id', 'a court ordered this exclusion for ever');
  if (cycle.renews) throw conflict('id', 'the exclusion renews: switch the renewal off first');
  if (from === null) throw conflict('id', `the exclusion ends by itself, at ${iso(cycle.inForceUntil ?? 0)}`);
  if (from <= cycle.now) return;
  const rule = cycle.period === 'permanent' ? 'r. 71(3)' : 'r. 72(1)';
  throw conflict('id', `a return can be requested from ${iso(from)} on (L.N. 112 of 2026, ${rule})`);
}

function accountOf({ actor }: Call): string {
  if (actor.kind === 'account') return actor.accountId;
  throw new KingaError('FORBIDDEN', 'Only the person themselves may ask to return');
}

async function audit(
  tx: Tx,
  { actor, requestId }: Call,
  record: { action: string; subject: string; details?: Readonly<Record<string, unknown>> },
): Promise<void> {
  await recordAudit(tx, { actor, requestId, ...record });
}
