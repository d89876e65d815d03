/** A key `k` an operator asks about people with, and which is good now. */
export const ASKS = `k.environment = 'live' AND k.revoked_at IS NULL
  AND (k.expires_at IS NULL OR k.expires_at > statement_timestamp())
  AND k.scopes && ARRAY['exclusions:lookup', 'tokens:validate']`;
