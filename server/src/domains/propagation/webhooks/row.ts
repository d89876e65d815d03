import type { Webhook } from '@kinga/shared/operators/propagation.ts';

export interface WebhookRow {
  readonly url: string;
  readonly secret: Buffer;
  /** Null when there is none, or none any more. */
  readonly old_secret: Buffer | null;
  readonly old_secret_ends_at: Date | null;
  readonly created_at: Date;
  readonly failures: number;
  readonly next_attempt_at: Date | null;
}

export const WEBHOOK_COLUMNS = `
  url, secret, CASE WHEN old_secret_ends_at > clock_timestamp() THEN old_secret END AS old_secret,
  CASE WHEN old_secret_ends_at > clock_timestamp() THEN old_secret_ends_at END AS old_secret_ends_at,
  created_at, failures, next_attempt_at`;

export function webhookOf(row: WebhookRow): Webhook {
  return {
    url: row.url,
    createdAt: row.created_at.toISOString(),
    oldSecretEndsAt: row.old_secret_ends_at?.toISOString() ?? null,
    failures: row.failures,
    nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
  };
}
