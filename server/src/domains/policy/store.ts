import { KingaError } from '@kinga/shared/contract/errors.ts';
import { answeredValues } from '@kinga/shared/policy/answer.ts';
import type { PolicyDocument, PolicySummary } from '@kinga/shared/policy/contract.ts';
import type { PolicyValues } from '@kinga/shared/policy/values.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { type PolicyVersion, quietMsOf } from './book.ts';

interface VersionRow {
  readonly version: number;
  readonly starts_at: Date;
  readonly values: PolicyValues;
}

export interface SummaryRow {
  readonly version: number;
  readonly starts_at: Date;
  readonly note: string;
  readonly created_at: Date;
  readonly withdrawn_at: Date | null;
  readonly status: PolicySummary['status'];
}

export interface DocumentRow extends SummaryRow {
  readonly values: PolicyValues;
}

const COUNTING = `NOT EXISTS (SELECT FROM policy_withdrawals w WHERE w.version = v.version)`;

/** `now`: an SQL expression of one instant. */
const inForceAt = (now: string) => `(
  SELECT v.version FROM policy_versions v WHERE v.starts_at <= ${now} AND ${COUNTING}
  ORDER BY v.starts_at DESC, v.version DESC LIMIT 1)`;

/**
 * The policy of an instant as this transaction sees it: the authority for whatever is written. A version is
 * published a second before it starts at the latest, so who asks for the present sees it.
 */
export async function readPolicy(tx: Tx, at: number): Promise<PolicyVersion> {
  const { rows } = await tx.query<VersionRow>(
    `SELECT v.version, v.starts_at, v."values" FROM policy_versions v
     WHERE v.version = coalesce(${inForceAt('$1')}, 1)`,
    [new Date(at).toISOString()],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('there is no policy');
  return versionOf(row);
}

/** Every version that counts, by start. */
export async function readVersions(tx: Tx): Promise<PolicyVersion[]> {
  const { rows } = await tx.query<VersionRow>(
    `SELECT v.version, v.starts_at, v."values" FROM policy_versions v WHERE ${COUNTING}
     ORDER BY v.starts_at, v.version`,
  );
  return rows.map(versionOf);
}

/** Of the version in force then and of those to come, as this transaction sees them. */
export async function readLongestQuietMs(tx: Tx, at: number): Promise<number> {
  const { rows } = await tx.query<Pick<VersionRow, 'values'>>(
    `SELECT v."values" FROM policy_versions v
     WHERE ${COUNTING} AND (v.starts_at > $1 OR v.version = coalesce(${inForceAt('$1')}, 1))`,
    [new Date(at).toISOString()],
  );
  return Math.max(0, ...rows.map(quietMsOf));
}

/** What another release has published may be more than this one understands: it must not act by half of it. */
function versionOf({ version, starts_at, values }: VersionRow): PolicyVersion {
  const { success, data } = answeredValues.safeParse(values);
  if (!success) {
    throw new KingaError('UNAVAILABLE', `This node does not understand version ${version} of the policy`);
  }
  return { version, startsAt: starts_at.getTime(), values: data };
}

const SUMMARY = `p.version, p.starts_at, p.note, p.created_at, w.withdrawn_at,
  CASE WHEN w.version IS NOT NULL THEN 'withdrawn'
       WHEN p.starts_at > statement_timestamp() THEN 'scheduled'
       WHEN p.version = ${inForceAt('statement_timestamp()')} THEN 'inForce'
       ELSE 'past' END AS status`;
const FROM = 'policy_versions p LEFT JOIN policy_withdrawals w USING (version)';

export async function listSummaries(tx: Tx, before: number, limit: number): Promise<PolicySummary[]> {
  const { rows } = await tx.query<SummaryRow>(
    `SELECT ${SUMMARY} FROM ${FROM} WHERE p.version < $1 ORDER BY p.version DESC LIMIT $2`,
    [before, limit],
  );
  return rows.map(summaryOf);
}

export async function findDocument(tx: Tx, version: number): Promise<PolicyDocument | undefined> {
  const { rows } = await tx.query<DocumentRow>(
    `SELECT ${SUMMARY}, p."values" FROM ${FROM} WHERE p.version = $1`,
    [version],
  );
  const [row] = rows;
  return row && { ...summaryOf(row), values: row.values };
}

function summaryOf(row: SummaryRow): PolicySummary {
  return {
    version: row.version,
    startsAt: row.starts_at.toISOString(),
    status: row.status,
    note: row.note,
    createdAt: row.created_at.toISOString(),
    withdrawnAt: row.withdrawn_at?.toISOString() ?? null,
  };
}
