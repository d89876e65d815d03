import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import { isPersonal, type OutputOf, type ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { PetitionDetail, petitions } from '@kinga/shared/petitions/contract.ts';
import type { AccountActor } from '../../platform/call/actor.ts';
import type { Call } from '../../platform/call/handler.ts';
import type { Platform } from '../../platform/context.ts';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { type Held, hold, type PetitionsDeps } from './context.ts';
import { ABOUT, accountOf, actAs, isStaff, ownKeys, type Relation } from './parties.ts';
import {
  COLUMNS,
  contentOf,
  type PetitionRow,
  petitionOf,
  readSteps,
  readSubject,
  type StepRow,
} from './store.ts';

export async function list(
  { db }: Platform,
  deps: PetitionsDeps,
  { input, call }: { input: ParsedInputOf<typeof petitions.list>; call: Call },
): Promise<OutputOf<typeof petitions.list>> {
  const actor = accountOf(call);
  const rows = await db.transaction(async (tx) => {
    await actAs(tx, actor);
    return await readPage(tx, deps, { input, actor });
  });
  const items = rows.slice(0, PAGE_SIZE).map(petitionOf);
  const last = items.at(-1);
  return rows.length > PAGE_SIZE && last ? { items, nextCursor: last.id } : { items };
}

/** Ids begin with the time, so the newest first is the greatest first, and the cursor is an id. */
async function readPage(
  tx: Tx,
  deps: PetitionsDeps,
  { input, actor }: { input: ParsedInputOf<typeof petitions.list>; actor: AccountActor },
): Promise<PetitionRow[]> {
  const { strong, weak } = isPersonal(actor.role)
    ? await ownKeys(tx, deps.accountKeys, actor)
    : { strong: [], weak: [] };
  // Of an operator's staff row-level security has made the choice already.
  const seesAll = isStaff(actor) || actor.role === 'operator';
  const { rows } = await tx.query<PetitionRow>(
    `SELECT ${COLUMNS} FROM petitions p
     WHERE ($3::text IS NULL OR p.id < $3) AND ($4::text IS NULL OR p.state = $4)
       AND ($5 OR p.filed_by = $6
            OR ((p.notice_served_at IS NOT NULL OR p.exclusion_id IS NOT NULL) AND ${ABOUT}))
     ORDER BY p.id DESC LIMIT ${PAGE_SIZE + 1}`,
    [strong, weak, input.cursor ?? null, input.state ?? null, seesAll, actor.accountId],
  );
  return rows;
}

export async function get(
  { db, crypto }: Platform,
  deps: PetitionsDeps,
  { id, call }: { id: string; call: Call },
): Promise<PetitionDetail> {
  const actor = accountOf(call);
  return await db.transaction(async (tx) => {
    await actAs(tx, actor);
    const held = await hold({ tx, deps, actor }, id);
    await recordAudit(tx, { actor, requestId: call.requestId, action: 'petition.read', subject: id });
    return await detailOf(tx, crypto, held);
  });
}

async function detailOf(tx: Tx, crypto: Crypto, { petition, relation }: Held): Promise<PetitionDetail> {
  const steps = await readSteps(tx, petition.id);
  const [first] = steps;
  const filed = first === undefined ? undefined : contentOf(crypto, first);
  const subject = relation.staff ? await readSubject(tx, petition.id) : [];
  return {
    ...petitionOf(petition),
    steps: steps.map((step) => stepOf(crypto, step, relation)),
    evidence: relation.staff || relation.petitioner ? [...(filed?.evidence ?? [])] : [],
    people: relation.staff
      ? {
          identifiers: subject.map(({ type, original }) => ({ type, value: crypto.open(original) })),
          name: filed?.name ?? null,
          dateOfBirth: filed?.dateOfBirth ?? null,
          customerId: filed?.customerId ?? null,
        }
      : null,
    exclusionId: relation.staff || relation.person ? petition.exclusion_id : null,
  };
}

function stepOf(crypto: Crypto, step: StepRow, relation: Relation): PetitionDetail['steps'][number] {
  const { text, readers } = contentOf(crypto, step);
  const mayRead = relation.staff || readers.some((party) => relation[party]);
  return {
    no: step.no,
    kind: step.kind,
    at: step.at.toISOString(),
    text: mayRead ? text : null,
    hash: step.hash,
  };
}
