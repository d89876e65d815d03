import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { TokenState, tokens } from '@kinga/shared/tokens/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import type { EndingsDeps } from '../manage/endings.ts';
import { findSubject } from './find.ts';

const RELATED_MAX = 200;

interface Row {
  readonly subject_id: string;
  readonly tenant_id: string;
  readonly state: TokenState;
  readonly issued_at: Date;
  readonly customers: number;
  readonly strong: boolean;
}

/**
 * A strong identifier in common says that it is one person; of somebody without any, all their contacts in common
 * do. A phone alone says nothing: families share one.
 */
const SQL = `
  WITH same AS (
    SELECT o.subject_id, true AS strong FROM token_subjects s
    CROSS JOIN LATERAL generate_series(0, octet_length(s.keys) / 16 - 1) AS at
    JOIN token_keys k ON k.key = substring(s.keys FROM at * 16 + 1 FOR 16) AND k.subject_id = s.id AND k.strong
    JOIN token_keys o ON o.key = k.key AND o.strong
    WHERE s.id = $1
    UNION
    SELECT o.id, false FROM token_subjects s
    JOIN token_keys k ON k.key = substring(s.keys FROM 1 FOR 16)
    JOIN token_subjects o ON o.id = k.subject_id AND o.contact_set = s.contact_set WHERE s.id = $1
  )
  SELECT same.subject_id, same.strong, t.tenant_id, t.state, t.issued_at,
         (SELECT count(*)::int FROM token_customers c WHERE c.subject_id = same.subject_id) AS customers
  FROM same CROSS JOIN LATERAL (
    SELECT tenant_id, state, issued_at FROM tokens WHERE subject_id = same.subject_id
    ORDER BY generation DESC LIMIT 1
  ) AS t
  WHERE same.subject_id <> $1 ORDER BY same.subject_id LIMIT ${RELATED_MAX}`;

export async function crossReference(
  deps: EndingsDeps,
  input: ParsedInputOf<typeof tokens.crossReference>,
  call: Call,
): Promise<OutputOf<typeof tokens.crossReference>> {
  return await deps.platform.db.transaction(async (tx) => {
    const { handle } = await findSubject(tx, deps, input, call);
    const { rows } = await tx.query<Row>(SQL, [handle]);
    const { actor, requestId } = call;
    await recordAudit(tx, {
      actor,
      requestId,
      action: 'token.crossReferenced',
      subject: handle,
      details: { tokens: rows.length },
    });
    return {
      handle,
      tokens: rows.map((row) => ({
        operatorId: row.tenant_id,
        handle: row.subject_id,
        state: row.state,
        issuedAt: row.issued_at.toISOString(),
        customers: row.customers,
        sharing: row.strong ? 'identity' : 'contacts',
      })),
    };
  });
}
