import type { Compromise, EndedToken, IssuedToken } from '@kinga/shared/tokens/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit, recordAudits } from '../../../platform/outbox/audit.ts';
import { raiseAlert } from '../../alerts/index.ts';
import { tellChanges } from '../memory/changes.ts';
import { ownerOf, revokedToken, unknownToken } from '../operator.ts';
import type { ForeignUse } from '../validate/foreign-use.ts';
import { countAsLearned } from './customers.ts';
import { issueActive, workingTokens } from './generations.ts';
import { lockOwnToken, lockOwnTokens, type OwnToken } from './own.ts';

/** A rotated token works for so long beside the new one. */
const GRACE = '24 hours';

/** What a command answers, and the change that every node has to follow; undefined when it changed nothing. */
export interface Done<TAnswer> {
  readonly answer: TAnswer;
  readonly seq: number | undefined;
}

export interface EndingsDeps {
  readonly platform: Platform;
  readonly foreignUse: ForeignUse;
}

/** A new token in place of this one. Repeated with the old one it gives the new one again. */
export async function rotateToken(
  { platform: { db, crypto }, foreignUse }: EndingsDeps,
  hash: string,
  call: Call,
): Promise<Done<IssuedToken>> {
  const owner = ownerOf(call);
  return await db.transaction(async (tx) => {
    const { id, subjectId, state, works } = await lockOwnToken(tx, owner, hash, foreignUse);
    if (!works) throw revokedToken();
    if (state === 'active') {
      await tx.query(
        `UPDATE tokens SET state = 'rotated', ended_at = clock_timestamp(),
                works_until = clock_timestamp() + interval '${GRACE}' WHERE id = $1`,
        [id],
      );
    }
    const { answer, created } = await next(tx, crypto, owner.operatorId, subjectId);
    if (created === undefined) return { answer, seq: undefined };
    await recordAudit(tx, {
      ...by(call),
      action: 'token.rotated',
      subject: subjectId,
      details: { generation: answer.generation },
    });
    return { answer, seq: await tellChanges(tx, [id, created]) };
  });
}

export type Revoked = ReadonlyMap<string, EndedToken>;

/** Ends everything that still works of these tokens' people, and forgets which customers they are. */
export async function revokeTokens(
  { platform: { db }, foreignUse }: EndingsDeps,
  hashes: readonly string[],
  call: Call,
): Promise<Done<Revoked>> {
  const owner = ownerOf(call);
  return await db.transaction(async (tx) => {
    const own = await lockOwnTokens(tx, owner, hashes, foreignUse);
    const subjectIds = [...new Set([...own.values()].filter(isOpen).map(({ subjectId }) => subjectId))];
    const ended = await endAll(tx, subjectIds);
    await forgetCustomers(tx, subjectIds);
    await countAsLearned(tx, subjectIds);
    await recordAudits(
      tx,
      subjectIds.map((subject) => ({ ...by(call), action: 'token.revoked', subject })),
    );
    const answer = new Map([...own].map(([hash, token]) => [hash, endedOf(token, ended)]));
    return { answer, seq: ended.size === 0 ? undefined : await tellChanges(tx, [...ended.keys()]) };
  });
}

/** In the order in which customers are mapped, so that one waits for the other and never each for the other. */
async function forgetCustomers(tx: Tx, subjectIds: readonly string[]): Promise<void> {
  await tx.query(
    `WITH theirs AS (
       SELECT id FROM token_customers WHERE subject_id = ANY($1::text[])
       ORDER BY tenant_id, customer_hash FOR UPDATE
     )
     DELETE FROM token_customers c USING theirs WHERE c.id = theirs.id`,
    [subjectIds],
  );
}

/** The token is in wrong hands: it ends everywhere, a new one takes its place, somebody accountable is told. */
export async function compromiseToken(
  { platform: { db, crypto }, foreignUse }: EndingsDeps,
  input: { readonly hash: string; readonly reason: Compromise },
  call: Call,
): Promise<Done<IssuedToken>> {
  const owner = ownerOf(call);
  return await db.transaction(async (tx) => {
    const token = await lockOwnToken(tx, owner, input.hash, foreignUse);
    if (token.state === 'compromised') return await replacementOf(tx, crypto, owner.operatorId, token);
    if (!token.works) throw revokedToken();
    const ended = await endAll(tx, [token.subjectId]);
    await tx.query(`UPDATE tokens SET state = 'compromised' WHERE id = $1`, [token.id]);
    const { answer, created } = await next(tx, crypto, owner.operatorId, token.subjectId);
    const details = { reason: input.reason, generation: answer.generation };
    await recordAudit(tx, { ...by(call), action: 'token.compromised', subject: token.subjectId, details });
    await raiseAlert(tx, {
      kind: 'tokens.compromised',
      severity: 'critical',
      operatorId: owner.operatorId,
      key: token.subjectId,
      explanation:
        `An operator reported that a token is in wrong hands (${input.reason}). It was refused everywhere at ` +
        'once, and a new one was issued. Whether others are concerned is to be found out.',
      facts: { handle: token.subjectId, ...details },
    });
    return { answer, seq: await tellChanges(tx, [...ended.keys(), ...(created ? [created] : [])]) };
  });
}

/** Repeated after its answer was lost: the token that took its place, unless that one has ended since. */
async function replacementOf(
  tx: Tx,
  crypto: Platform['crypto'],
  operatorId: string,
  { subjectId }: OwnToken,
): Promise<Done<IssuedToken>> {
  if ((await workingTokens(tx, [subjectId])).length === 0) throw revokedToken();
  const { answer } = await next(tx, crypto, operatorId, subjectId);
  return { answer, seq: undefined };
}

async function next(tx: Tx, crypto: Platform['crypto'], operatorId: string, subjectId: string) {
  const { bySubject, created } = await issueActive(tx, crypto, { operatorId, subjectIds: [subjectId] });
  const answer = bySubject.get(subjectId);
  if (answer === undefined) throw new Error('a subject was left without a token');
  return { answer, created: created[0]?.tokenId };
}

async function endAll(tx: Tx, subjectIds: readonly string[]): Promise<Map<string, Date>> {
  const { rows } = await tx.query<{ id: string; ended_at: Date }>(
    `UPDATE tokens SET state = 'revoked', ended_at = clock_timestamp(), works_until = NULL
     WHERE subject_id = ANY($1::text[]) AND state IN ('active', 'rotated') RETURNING id, ended_at`,
    [subjectIds],
  );
  return new Map(rows.map(({ id, ended_at }) => [id, ended_at]));
}

/** Ended already is ended: a second revocation must not end what was issued since. */
function isOpen({ works }: OwnToken): boolean {
  return works;
}

function endedOf({ id, subjectId, state, endedAt }: OwnToken, ended: ReadonlyMap<string, Date>): EndedToken {
  const now = ended.get(id);
  const at = now ?? endedAt;
  if (at === null) throw unknownToken();
  return { handle: subjectId, state: now === undefined ? state : 'revoked', endedAt: at.toISOString() };
}

function by({ actor, requestId }: Call): Pick<Call, 'actor' | 'requestId'> {
  return { actor, requestId };
}
