import type { ProcedureName } from './contract.ts';

/**
 * Calls that may be sent again when their answer was lost: they change nothing, or nothing more. Every other
 * call may be repeated only under its idempotency key. Free of zod, so that a client need not carry the
 * schemas to know it; what is not listed is not repeated.
 */
export const REPEATABLE: readonly ProcedureName[] = [
  'identity.me',
  'identity.listSessions',
  'identity.revokeSession',
  'identity.revokeOtherSessions',
  'identity.revokeSessionsOf',
  'identity.listDevices',
  'identity.trustDevice',
  'identity.loginHistory',
  'identity.activity',
  'identity.permissions',
  'identity.grantPermission',
  'identity.revokePermission',
  'identity.searchAccounts',
  'identity.getAccount',
  'identity.suspendAccount',
  'operators.list',
  'operators.revokeKey',
  'exclusions.get',
  'exclusions.list',
  'exclusions.getPerson',
  'exclusions.findPeople',
  'exclusions.listForReview',
  'exclusions.lookup',
  'exclusions.lookupMany',
  'markets.get',
  'markets.list',
  'wallet.get',
  'alerts.list',
  'policy.current',
  'policy.list',
  'policy.get',
  'broadcasts.get',
  'broadcasts.pending',
  'broadcasts.acknowledge',
];
