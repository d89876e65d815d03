import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import type { Petition } from '@kinga/shared/petitions/contract.ts';
import { type AccountActor, actorName } from '../../platform/call/actor.ts';
import type { Call } from '../../platform/call/handler.ts';
import { idempotent } from '../../platform/call/idempotency.ts';
import type { Platform } from '../../platform/context.ts';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import type { Exclusions } from '../exclusions/index.ts';
import { accountOf, actAs, type Relation, relationOf, unknownPetition } from './parties.ts';
import { appendStep, COLUMNS, type PetitionRow, petitionOf, type StepContent } from './store.ts';
import { tellInboxes } from './tell.ts';
import { resolveUnlessOverdue } from './windows.ts';

export type AccountKeys = (
  tx: Tx,
  accountId: string,
) => Promise<readonly { readonly type: IdentifierType; readonly key: Buffer }[]>;

export interface PetitionsDeps {
  readonly exclusions: Pick<
    Exclusions,
    'registerWithin' | 'liftWithin' | 'holdConcerned' | 'retractWithin' | 'provisional' | 'caughtUp'
  >;
  readonly accountKeys: AccountKeys;
  /** Is this operator suspended? */
  isSuspended(tx: Tx, operatorId: string): Promise<boolean>;
}

/** One command about petitions, inside its transaction. */
export interface Work {
  readonly tx: Tx;
  readonly crypto: Crypto;
  readonly deps: PetitionsDeps;
  readonly call: Call;
  readonly actor: AccountActor;
  /** The database's time. */
  readonly now: Date;
  /** What is to be told after the commit and before the answer. */
  readonly tolds: (() => Promise<void>)[];
}

/** A petition somebody has a part in, locked. */
export interface Held {
  readonly petition: PetitionRow;
  readonly relation: Relation;
}

/**
 * Its effect, its steps, audit, events, messages and kept answer in one transaction; answered once this node has what
 * came of it, also when it is a repetition asked of another node.
 */
export async function command(
  { platform, deps }: { platform: Platform; deps: PetitionsDeps },
  { call, input }: { call: Call; input: unknown },
  work: (work: Work) => Promise<PetitionRow>,
): Promise<Petition> {
  const { db, crypto } = platform;
  const actor = accountOf(call);
  const { petition, tolds } = await db.transaction(async (tx) => {
    await actAs(tx, actor);
    let started: (() => Promise<void>)[] = [deps.exclusions.caughtUp];
    const answer = await idempotent(tx, crypto, { call, input }, async () => {
      const now = await readClock(tx);
      started = [];
      return petitionOf(await work({ tx, crypto, deps, call, actor, now, tolds: started }));
    });
    return { petition: answer, tolds: started };
  });
  for (const told of tolds) await told();
  return petition;
}

async function readClock(tx: Tx): Promise<Date> {
  const { rows } = await tx.query<{ now: Date }>(
    `SELECT date_trunc('milliseconds', clock_timestamp()) AS now`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('no clock');
  return row.now;
}

export async function hold(
  { tx, deps, actor }: Pick<Work, 'tx' | 'deps' | 'actor'>,
  id: string,
): Promise<Held> {
  const { rows } = await tx.query<PetitionRow>(
    `SELECT ${COLUMNS} FROM petitions p WHERE p.id = $1 FOR UPDATE`,
    [id],
  );
  const [petition] = rows;
  if (petition === undefined) throw unknownPetition();
  const relation = await relationOf(tx, deps.accountKeys, { petition, actor });
  if (!relation.staff && !relation.petitioner && !relation.person) throw unknownPetition();
  return { petition, relation };
}

/** The petition goes on: what it is now, what was said, who knows. */
export async function advance(
  { tx, crypto, call, actor, now }: Work,
  petition: PetitionRow,
  step: { readonly kind: string; readonly content: StepContent },
): Promise<PetitionRow> {
  const next = await appendStep(tx, crypto, {
    petition,
    step: { ...step, at: now, actor: actorName(actor) },
  });
  const { source, state, provisional, decision, appeal_decision: appealDecision } = next;
  const { servedBy } = step.content;
  await recordAudit(tx, {
    actor,
    requestId: call.requestId,
    action: `petition.${step.kind}`,
    subject: next.id,
    details: { step: next.steps, source, state, provisional, decision, appealDecision, servedBy },
  });
  await resolveUnlessOverdue(tx, next, now);
  await tellInboxes(tx, next);
  return next;
}
