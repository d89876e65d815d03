import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import { isPersonal, type OutputOf, type ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import {
  type ListedPetition,
  type NoticeWay,
  type PetitionDetail,
  type petitions,
  SERVED_OUTSIDE,
} from '@kinga/shared/petitions/contract.ts';
import type { AccountActor } from '../../platform/call/actor.ts';
import { beforeId } from '../../platform/call/cursor.ts';
import type { Call } from '../../platform/call/handler.ts';
import type { Platform } from '../../platform/context.ts';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { type Held, hold, type PetitionsDeps } from './context.ts';
import { ABOUT, accountOf, actAs, ownKeys, type Relation } from './parties.ts';
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
  const items = rows.slice(0, PAGE_SIZE).map((row) => ({ ...petitionOf(row), relation: row.relation }));
  const last = items.at(-1);
  return rows.length > PAGE_SIZE && last ? { items, nextCursor: last.id } : { items };
}

type ListedRow = PetitionRow & Pick<ListedPetition, 'relation'>;

/** Who filed it is told of it as theirs, also should it turn out to be about themselves. */
const RELATION = `CASE
  WHEN p.filed_by = $5 OR p.tenant_id = $6 THEN 'mine'
  WHEN (p.notice_served_at IS NOT NULL OR p.exclusion_id IS NOT NULL) AND ${ABOUT} THEN 'aboutMe' END`;

/** What may have to do with a person, by index; the relation says whether it has. */
const PERSONAL = `p.id IN (
  SELECT id FROM petitions WHERE filed_by = $5
  UNION ALL
  SELECT petition_id FROM petition_identifiers WHERE key = ANY($1::bytea[]) OR key = ANY($2::bytea[]))`;

async function readPage(
  tx: Tx,
  deps: PetitionsDeps,
  { input, actor }: { input: ParsedInputOf<typeof petitions.list>; actor: AccountActor },
): Promise<ListedRow[]> {
  const personal = isPersonal(actor.role);
  const { strong, weak } = personal ? await ownKeys(tx, deps.accountKeys, actor) : { strong: [], weak: [] };
  const tenant = actor.role === 'operator' ? actor.operatorId : null;
  const { state = null, relation = null } = input;
  // Of an operator's staff row-level security has made the choice already.
  const { rows } = await tx.query<ListedRow>(
    `SELECT * FROM (
       SELECT ${COLUMNS}, ${RELATION} AS relation FROM petitions p
       WHERE ($3::text IS NULL OR p.id < $3) AND ($4::text IS NULL OR p.state = $4)
         AND ${personal ? PERSONAL : 'true'}) p
     WHERE (p.relation IS NOT NULL OR NOT $7::boolean) AND ($8::text IS NULL OR p.relation = $8)
     ORDER BY p.id DESC LIMIT ${PAGE_SIZE + 1}`,
    [strong, weak, beforeId('pet', input.cursor), state, actor.accountId, tenant, personal, relation],
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
  const notice = steps.find(({ kind }) => kind === 'noticeServed');
  const subject = relation.staff ? await readSubject(tx, petition.id) : [];
  return {
    ...petitionOf(petition),
    steps: steps.map((step) => stepOf(crypto, step, relation)),
    evidence: relation.staff || relation.petitioner ? [...(filed?.evidence ?? [])] : [],
    servedBy: notice === undefined ? null : waysFor(relation, contentOf(crypto, notice).servedBy),
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

/** By which contacts the hub reached the person is nothing whoever filed it need know of them. */
function waysFor(
  { staff, person }: Relation,
  ways: readonly NoticeWay[] | undefined = [],
): PetitionDetail['servedBy'] {
  const outside: readonly NoticeWay[] = SERVED_OUTSIDE;
  const shown = staff || person ? [...ways] : ways.filter((way) => outside.includes(way));
  return shown.length === 0 ? null : shown;
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
