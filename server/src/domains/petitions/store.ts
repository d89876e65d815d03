import { hash } from 'node:crypto';
import type { Period } from '@kinga/shared/exclusions/exclusion.ts';
import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import type {
  Evidence,
  NoticeWay,
  Petition,
  PetitionSource,
  PetitionState,
} from '@kinga/shared/petitions/contract.ts';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import type { Tx } from '../../platform/db/tx.ts';

export interface PetitionRow {
  readonly id: string;
  readonly tenant_id: string | null;
  readonly source: PetitionSource;
  readonly ground: string;
  readonly period: Period;
  readonly state: PetitionState;
  readonly provisional: Petition['provisional'];
  readonly decision: Petition['decision'];
  readonly appeal_decision: Petition['appealDecision'];
  readonly exclusion_id: string | null;
  readonly filed_by: string;
  readonly filed_at: Date;
  readonly notice_served_at: Date | null;
  readonly hearing_ends_at: Date | null;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
  readonly appeal_ends_at: Date | null;
  readonly appealed_at: Date | null;
  /** The windows of the policy it was filed under. */
  readonly notice_days: number;
  readonly hearing_days: number;
  readonly decision_days: number;
  readonly appeal_days: number;
  readonly steps: number;
  readonly head_hash: string;
}

/** The hash before the first step. */
export const GENESIS_HASH = '0'.repeat(64);

export const COLUMNS = `p.id, p.tenant_id, p.source, p.ground, p.period, p.state, p.provisional, p.decision,
  p.appeal_decision, p.exclusion_id, p.filed_by, p.filed_at, p.notice_served_at, p.hearing_ends_at, p.decided_by,
  p.decided_at, p.appeal_ends_at, p.appealed_at, p.notice_days, p.hearing_days, p.decision_days, p.appeal_days,
  p.steps, p.head_hash`;

export type Party = 'petitioner' | 'person';

/** What a step says; sealed as a whole. */
export interface StepContent {
  readonly text: string | null;
  /** Who may read the text beside staff. */
  readonly readers: readonly Party[];
  readonly evidence?: readonly Evidence[];
  readonly name?: string | undefined;
  readonly dateOfBirth?: string | undefined;
  readonly customerId?: string | undefined;
  readonly servedBy?: readonly NoticeWay[];
}

export interface NewStep {
  readonly kind: string;
  readonly actor: string;
  readonly at: Date;
  readonly content: StepContent;
}

/** One step more: appended, and the petition as it stands after it. */
export async function appendStep(
  tx: Tx,
  crypto: Crypto,
  { petition, step }: { petition: PetitionRow; step: NewStep },
): Promise<PetitionRow> {
  const no = petition.steps + 1;
  const content = crypto.seal(JSON.stringify(step.content));
  const sealed = { no, kind: step.kind, at: step.at, actor: step.actor, content };
  const next = { ...petition, steps: no, head_hash: hashOfStep(petition, sealed) };
  await tx.query(
    `INSERT INTO petition_steps (petition_id, no, tenant_id, kind, at, actor, content, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [petition.id, no, petition.tenant_id, step.kind, step.at, step.actor, content, next.head_hash],
  );
  await save(tx, next);
  return next;
}

/** Over everything the step says and the hash before it: a step cannot be changed, left out or put elsewhere. */
export function hashOfStep(
  before: { readonly id: string; readonly head_hash: string },
  step: { no: number; kind: string; at: Date; actor: string; content: Buffer },
): string {
  const digest = hash('sha256', step.content, 'hex');
  const { no, kind, at, actor } = step;
  const text = JSON.stringify([before.head_hash, before.id, no, kind, at.toISOString(), actor, digest]);
  return hash('sha256', text, 'hex');
}

async function save(tx: Tx, row: PetitionRow): Promise<void> {
  await tx.query(
    `UPDATE petitions SET state = $2, provisional = $3, decision = $4, appeal_decision = $5, exclusion_id = $6,
            notice_served_at = $7, hearing_ends_at = $8, decided_by = $9, decided_at = $10,
            appeal_ends_at = $11, steps = $12, head_hash = $13, period = $14, appealed_at = $15
     WHERE id = $1`,
    [
      row.id,
      row.state,
      row.provisional,
      row.decision,
      row.appeal_decision,
      row.exclusion_id,
      row.notice_served_at,
      row.hearing_ends_at,
      row.decided_by,
      row.decided_at,
      row.appeal_ends_at,
      row.steps,
      row.head_hash,
      row.period,
      row.appealed_at,
    ],
  );
}

export async function insertPetition(tx: Tx, row: PetitionRow): Promise<void> {
  await tx.query(
    `INSERT INTO petitions (id, tenant_id, source, ground, period, state, provisional, filed_by, filed_at,
                            head_hash, notice_days, hearing_days, decision_days, appeal_days)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      row.id,
      row.tenant_id,
      row.source,
      row.ground,
      row.period,
      row.state,
      row.provisional,
      row.filed_by,
      row.filed_at,
      row.head_hash,
      row.notice_days,
      row.hearing_days,
      row.decision_days,
      row.appeal_days,
    ],
  );
}

export interface SubjectIdentifier {
  readonly type: IdentifierType;
  readonly key: Buffer;
  readonly original: Buffer;
}

export async function insertSubject(
  tx: Tx,
  { id, tenant_id }: PetitionRow,
  identifiers: readonly SubjectIdentifier[],
): Promise<void> {
  await tx.query(
    `INSERT INTO petition_identifiers (petition_id, tenant_id, key, type, original)
     SELECT $1, $2, key, type, original FROM unnest($3::bytea[], $4::text[], $5::bytea[]) AS t (key, type, original)`,
    [
      id,
      tenant_id,
      identifiers.map(({ key }) => key),
      identifiers.map(({ type }) => type),
      identifiers.map(({ original }) => original),
    ],
  );
}

export async function readSubject(tx: Tx, petitionId: string): Promise<SubjectIdentifier[]> {
  const { rows } = await tx.query<SubjectIdentifier>(
    'SELECT type, key, original FROM petition_identifiers WHERE petition_id = $1 ORDER BY key',
    [petitionId],
  );
  return rows;
}

export interface StepRow {
  readonly no: number;
  readonly kind: string;
  readonly at: Date;
  readonly actor: string;
  readonly content: Buffer;
  readonly hash: string;
}

export async function readSteps(tx: Tx, petitionId: string): Promise<StepRow[]> {
  const { rows } = await tx.query<StepRow>(
    'SELECT no, kind, at, actor, content, hash FROM petition_steps WHERE petition_id = $1 ORDER BY no',
    [petitionId],
  );
  return rows;
}

export function contentOf(crypto: Crypto, step: Pick<StepRow, 'content'>): StepContent {
  return JSON.parse(crypto.open(step.content)) as StepContent;
}

export function petitionOf(row: PetitionRow): Petition {
  return {
    id: row.id,
    source: row.source,
    ground: row.ground,
    period: row.period,
    state: row.state,
    decision: row.decision,
    appealDecision: row.appeal_decision,
    provisional: row.provisional,
    filedAt: row.filed_at.toISOString(),
    noticeServedAt: row.notice_served_at?.toISOString() ?? null,
    hearingEndsAt: row.hearing_ends_at?.toISOString() ?? null,
    decidedAt: row.decided_at?.toISOString() ?? null,
    appealEndsAt: row.appeal_ends_at?.toISOString() ?? null,
  };
}
