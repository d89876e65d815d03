import { invalidInput } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { operators } from '@kinga/shared/operators/contract.ts';
import type { PublicKey } from '@kinga/shared/operators/keys.ts';
import type { By } from '../../../platform/call/by.ts';
import type { Platform } from '../../../platform/context.ts';
import { actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { refuseUnusable } from './ed25519.ts';
import { issueWithin } from './issue.ts';

type Issue = ParsedInputOf<typeof operators.issueKey>;

/** A production key that an operator issues itself, as far as the operator decides about it. */
export interface OwnKey extends Pick<Issue, 'operatorId' | 'label' | 'scopes' | 'expiresAt'> {
  readonly publicKey?: PublicKey | undefined;
}

interface Agreed {
  readonly first_id: string;
  readonly allowed_addresses: string[];
  readonly quota_per_second: number | null;
  readonly quota_per_day: string | null;
  readonly signs: boolean;
}

/**
 * But for its scopes a self-issued key is never looser than every key an administrator issued: it may be used from
 * where one of those may be that asks for no more signatures than it gives, and has the lowest of their quotas, of
 * which the day's is used up together with the key it is of. That is so when it is issued: what is agreed for those
 * later changes nothing in it. The scopes are the operator's own choice: the certificate stands for all of them.
 * The transaction is one in which somebody made sure that the operator may have the key.
 */
export async function issueOwn(
  platform: Platform,
  tx: Tx,
  { key, by }: { readonly key: OwnKey; readonly by: By },
): Promise<OutputOf<typeof operators.issueKey>> {
  const { publicKey, ...asked } = key;
  const agreed = await agreedKeys(tx, key.operatorId);
  if (publicKey !== undefined) refuseUnusable('publicKey', publicKey);
  const alike = publicKey === undefined ? agreed.filter(({ signs }) => !signs) : agreed;
  if (alike.length === 0 && agreed.length > 0) {
    throw invalidInput('publicKey', 'required: all production keys of this operator sign their requests');
  }
  const { quota_with, ...quotas } = lowestQuotas(agreed);
  const terms = { ...quotas, allowedAddresses: addressesOf(alike) };
  const signing = publicKey === undefined ? {} : { requireSignature: { publicKey } };
  return await issueWithin(platform, tx, {
    input: { ...asked, ...terms, ...signing, mode: 'block', environment: 'live' },
    by,
    own: { self_issued: true, quota_with },
  });
}

/** Empty: anywhere, where one of them may be used from. */
function addressesOf(agreed: readonly Agreed[]): string[] {
  const anywhere = agreed.some(({ allowed_addresses: addresses }) => addresses.length === 0);
  return anywhere ? [] : [...new Set(agreed.flatMap((key) => key.allowed_addresses))];
}

/** @param agreed the one with the lowest quota first */
function lowestQuotas(
  agreed: readonly Agreed[],
): Pick<Issue, 'quotaPerDay' | 'quotaPerSecond'> & { quota_with: string | null } {
  const perDay = lowest(agreed.map(({ quota_per_day: quota }) => (quota === null ? null : Number(quota))));
  const perSecond = lowest(agreed.map(({ quota_per_second: quota }) => quota));
  return {
    quotaPerDay: perDay,
    quotaPerSecond: perSecond,
    quota_with: perDay === undefined && perSecond === undefined ? null : (agreed[0]?.first_id ?? null),
  };
}

function lowest(quotas: readonly (number | null)[]): number | undefined {
  const known = quotas.filter((quota) => quota !== null);
  return known.length === 0 ? undefined : Math.min(...known);
}

/**
 * The operator's good production keys that an administrator agreed to. An operator may revoke all of them, and that
 * must not be the way around their terms: then it is the one that was good last, whichever was issued last.
 */
async function agreedKeys(tx: Tx, operatorId: string): Promise<Agreed[]> {
  await actForTenant(tx, operatorId);
  const { rows } = await tx.query<Agreed>(
    `WITH agreed AS (
       SELECT id, coalesce(rotated_from, id) AS first_id, allowed_addresses, quota_per_second, quota_per_day,
              public_key IS NOT NULL AS signs,
              revoked_at IS NULL AND (expires_at IS NULL OR expires_at > statement_timestamp()) AS is_good,
              least(revoked_at, expires_at) AS ended_at
       FROM api_keys WHERE tenant_id = $1 AND environment = 'live' AND NOT self_issued AND replaced_by IS NULL
     )
     SELECT first_id, allowed_addresses, quota_per_second, quota_per_day, signs FROM agreed
     WHERE is_good OR (NOT EXISTS (SELECT FROM agreed WHERE is_good)
       AND id = (SELECT id FROM agreed ORDER BY ended_at DESC, id DESC LIMIT 1))
     ORDER BY quota_per_day, quota_per_second, id`,
    [operatorId],
  );
  return rows;
}
