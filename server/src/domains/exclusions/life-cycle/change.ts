import type { Period } from '@kinga/shared/exclusions/contract.ts';
import { actorName } from '../../../platform/call/actor.ts';
import type { By } from '../../../platform/call/by.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import type { EntryKind } from '../log/entry.ts';
import { lostRace } from '../register/locks.ts';
import type { Register, Told } from '../register/register.ts';
import { type Cycle, iso, peopleOf } from './row.ts';

type TermChange = 'extended' | 'renewalOn' | 'renewalOff' | 'lifted';

const AUDITED: Readonly<Record<TermChange, string>> = {
  extended: 'exclusion.extended',
  renewalOn: 'exclusion.renewalSwitchedOn',
  renewalOff: 'exclusion.renewalSwitchedOff',
  lifted: 'exclusion.lifted',
};

/** What an exclusion promises from now on. */
export interface NewTerm {
  readonly period: Period;
  readonly termStartsAt: number;
  readonly endsAt: number | null;
  readonly inForceUntil: number | null;
  readonly renews: boolean;
  readonly stays: boolean;
  readonly lifted?: { readonly at: number; readonly reasonCode: string };
}

export interface TermChanging {
  readonly change: TermChange;
  readonly kind: Exclude<EntryKind, 'registered' | 'identified'>;
  /** Absent: at once. */
  readonly effectiveAt?: number | undefined;
  readonly by: By;
  /** The new promise, at the database's time of the entry; what forbids it is thrown. */
  readonly term: (at: number) => NewTerm;
}

/**
 * The one way an exclusion changes after its registration: row, history, log entry and audit in the caller's
 * transaction. The caller has locked the exclusion; `told` comes after the commit.
 */
export async function changeTerm(
  tx: Tx,
  changeWithin: Register['changeWithin'],
  cycle: Cycle,
  changing: TermChanging,
): Promise<{ at: number; seq: number; told: Told }> {
  const people = await peopleOf(tx, cycle.id);
  const decided: { term?: NewTerm } = {};
  const { changed, told } = await changeWithin(tx, {
    kind: changing.kind,
    personIds: people,
    ...(changing.effectiveAt === undefined ? {} : { effectiveAt: changing.effectiveAt }),
    write: async (within, at) => {
      if (String(await peopleOf(within, cycle.id)) !== String(people)) throw lostRace();
      const term = changing.term(at);
      decided.term = term;
      await writeTerm(within, cycle.id, term);
    },
  });
  const { at, seq } = changed;
  if (decided.term !== undefined) await keepHistory(tx, { cycle, changing, term: decided.term, at, seq });
  return { at, seq, told };
}

async function writeTerm(tx: Tx, id: string, term: NewTerm): Promise<void> {
  await tx.query(
    `UPDATE exclusions
        SET period = $2, term_starts_at = $3, ends_at = $4, in_force_until = $5, renews = $6, stays = $7,
            lifted_at = $8, lift_reason = $9
      WHERE id = $1`,
    [
      id,
      term.period,
      iso(term.termStartsAt),
      iso(term.endsAt),
      iso(term.inForceUntil),
      term.renews,
      term.stays,
      iso(term.lifted?.at ?? null),
      term.lifted?.reasonCode ?? null,
    ],
  );
}

interface Kept {
  readonly cycle: Cycle;
  readonly changing: TermChanging;
  readonly term: NewTerm;
  readonly at: number;
  readonly seq: number;
}

async function keepHistory(tx: Tx, { cycle, changing, term, at, seq }: Kept): Promise<void> {
  const { actor, requestId } = changing.by;
  await tx.query('UPDATE exclusions SET changed_seq = $2 WHERE id = $1', [cycle.id, seq]);
  await tx.query(
    `INSERT INTO exclusion_terms (exclusion_id, seq, change, period_before, ends_at_before, period,
                                  term_starts_at, ends_at, in_force_until, renews, changed_by, changed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      cycle.id,
      seq,
      changing.change,
      cycle.period,
      iso(cycle.endsAt),
      term.period,
      iso(term.termStartsAt),
      iso(term.endsAt),
      iso(term.inForceUntil),
      term.renews,
      actor === 'system' ? actor : actorName(actor),
      iso(at),
    ],
  );
  await recordAudit(tx, {
    actor,
    action: AUDITED[changing.change],
    subject: cycle.id,
    details: {
      seq,
      period: term.period,
      endsAt: iso(term.endsAt),
      ...(term.lifted === undefined ? {} : { reasonCode: term.lifted.reasonCode }),
    },
    ...(requestId === undefined ? {} : { requestId }),
  });
}
