import type { Call } from '../../../platform/call/handler.ts';
import { idempotent } from '../../../platform/call/idempotency.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { readLongestQuietMs } from '../../policy/index.ts';
import type { Register, Told } from '../register/register.ts';
import { readClock } from '../register/store.ts';
import { endedAfter } from '../rules/ended.ts';

export interface PeopleDeps {
  readonly changeWithin: Register['changeWithin'];
  /** Resolves when this node has applied the log up to seq; UNAVAILABLE when that takes too long. */
  reached(seq: number): Promise<void>;
}

/** What a change of people left in the log; seq null: nothing of theirs was in force, so nobody has to know. */
export interface PeopleChange {
  readonly seq: number | null;
  readonly told: Told;
}

export const NOTHING_TOLD: PeopleChange = { seq: null, told: async () => {} };

/** With the people held. Only of somebody who is excluded, or was lately, an identifier tells a replica something. */
export async function changeHeld(
  tx: Tx,
  deps: Pick<PeopleDeps, 'changeWithin'>,
  change: { readonly personIds: readonly string[]; readonly write: (tx: Tx) => Promise<void> },
): Promise<PeopleChange> {
  const { personIds, write } = change;
  if (!(await anyInForce(tx, personIds)) && !(await anyQuiet(tx, personIds))) {
    await write(tx);
    return NOTHING_TOLD;
  }
  const { changed, told } = await deps.changeWithin(tx, { kind: 'identified', personIds, write });
  return { seq: changed.seq, told };
}

/** Whether an exclusion of any of them ended so lately that they are not advertised to. */
async function anyQuiet(tx: Tx, personIds: readonly string[]): Promise<boolean> {
  const { at } = await readClock(tx);
  const since = new Date(at - (await readLongestQuietMs(tx, at))).toISOString();
  const { rows } = await tx.query<{ found: boolean }>(
    `SELECT EXISTS (
       SELECT FROM exclusion_persons p JOIN exclusions e ON e.id = p.exclusion_id
       WHERE p.person_id = ANY($1::text[]) AND ${endedAfter('$2')}) AS found`,
    [personIds, since],
  );
  return rows[0]?.found ?? true;
}

/** Whether an exclusion of any of them is in force or to come. */
export async function anyInForce(tx: Tx, personIds: readonly string[]): Promise<boolean> {
  const { rows } = await tx.query<{ found: boolean }>(
    `SELECT EXISTS (
       SELECT FROM exclusion_persons p JOIN exclusions e ON e.id = p.exclusion_id
       WHERE p.person_id = ANY($1::text[])
         AND (e.in_force_until IS NULL OR e.in_force_until > clock_timestamp())) AS found`,
    [personIds],
  );
  return rows[0]?.found ?? true;
}

/**
 * One command of staff: its effect, its audit and its kept answer in one transaction, and the answer only after
 * this node has what the log says of it, also when it is a repetition asked of another node.
 */
export async function commandOf<TOutput extends { readonly seq: number | null }>(
  { platform, deps }: { platform: Platform; deps: PeopleDeps },
  { call, input }: { call: Call; input: unknown },
  effect: (tx: Tx) => Promise<{ output: TOutput; told: Told }>,
): Promise<TOutput> {
  const { db, crypto } = platform;
  const { output, told } = await db.transaction(async (tx) => {
    const fresh: { told?: Told } = {};
    const answer = await idempotent(tx, crypto, { call, input }, async () => {
      const done = await effect(tx);
      fresh.told = done.told;
      return done.output;
    });
    return { output: answer, told: fresh.told };
  });
  if (told !== undefined) await told();
  else if (output.seq !== null) await deps.reached(output.seq);
  return output;
}
