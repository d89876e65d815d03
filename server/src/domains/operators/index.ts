import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Operator, operators } from '@kinga/shared/operators/contract.ts';
import type { operatorPropagation } from '@kinga/shared/operators/propagation.ts';
import type { Domain } from '../../domain.ts';
import type { KeyActor } from '../../platform/call/actor.ts';
import type { By } from '../../platform/call/by.ts';
import type { Handlers } from '../../platform/call/handler.ts';
import type { Platform } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/tx.ts';
import type { Revocations } from '../../platform/revocations/revocations.ts';
import { getAuditLog } from './compliance/audit-log.ts';
import { getCompliance } from './compliance/compliance.ts';
import { getComplianceHistory } from './compliance/history.ts';
import { getPerformance } from './compliance/performance.ts';
import { getStatistics } from './compliance/statistics.ts';
import { revokeKey, updateKey } from './keys/changes.ts';
import { issueKey, listKeys, rotateKey } from './keys/issue.ts';
import { KnownKeys, type Presented } from './keys/known-keys.ts';
import { issueOwn, type OwnKey } from './keys/own.ts';
import { KeyUsage } from './keys/usage.ts';
import { apply, getApplication, listApplications } from './onboarding/applications.ts';
import { setLicence } from './onboarding/licences.ts';
import { review } from './onboarding/review.ts';
import { reinstateOperator, suspendOperator } from './onboarding/suspension.ts';
import { createByCall, createOperator, getOperator, listOperators, updateOperator } from './operators.ts';
import { getSettings, updateSettings } from './settings.ts';
import { inviteStaff, listStaff, removeStaff } from './staff.ts';
import type { OperatorStaff } from './staff-seam.ts';

export { isSuspended, operatorExists, operatorOfCall } from './access.ts';
export { countChecks } from './compliance/count-checks.ts';
export { NO_SPEED, type Speed, speedsToday } from './compliance/latency.ts';
export { scoreCompliance } from './compliance/score-daily.ts';
export { watchSilence } from './compliance/watch-silence.ts';
export { type Contact, incidentContactOf } from './contact.ts';
export { entities } from './entities.ts';
export { checkKeys } from './keys/check-keys.ts';
export { refuseMoreKeys } from './keys/issue.ts';
export { checkLicences } from './onboarding/licences.ts';

export interface Operators {
  readonly domain: Domain<typeof operators>;
  /**
   * Whose API key this is. UNAUTHENTICATED when it is malformed, unknown, revoked or at its end, when its operator
   * is suspended, and when it comes from where it may not or without the signature it needs.
   */
  authenticateKey(apiKey: string, presented?: Presented): Promise<KeyActor>;
  /** What a live socket of this key may do now; UNAUTHENTICATED when it may not be. */
  renewKey(keyId: string, address: string): Promise<KeyActor>;
  createOperator(input: ParsedInputOf<typeof operators.create>, by: By): Promise<Operator>;
  issueKey(
    input: ParsedInputOf<typeof operators.issueKey>,
    by: By,
  ): Promise<OutputOf<typeof operators.issueKey>>;
  /** For whoever made sure in the same transaction that the key may be made. Its terms: keys/own.ts. */
  issueOwn(
    tx: Tx,
    issue: { readonly key: OwnKey; readonly by: By },
  ): Promise<OutputOf<typeof operators.issueKey>>;
}

export interface OperatorsDeps {
  readonly revocations: Revocations;
  readonly staff: OperatorStaff;
  /** What operators do about changes of the register. */
  readonly propagation: Handlers<typeof operatorPropagation>;
  /** In the transaction that reinstates an operator, last. */
  readonly onReinstated: (tx: Tx, operatorId: string) => Promise<void>;
}

/** Licensed operators: how they become one, their machines' keys, and how well they keep their duties. */
export function createOperators(
  platform: Platform,
  { revocations, staff, propagation, onReinstated }: OperatorsDeps,
): Operators {
  const usage = new KeyUsage(platform);
  const keys = new KnownKeys(platform, { revocations, usage });
  const parts = { platform, revocations, staff };
  return {
    domain: {
      name: 'operators',
      handlers: {
        create: (input, call) => createByCall(platform, input, call),
        list: (input) => listOperators(platform, input),
        get: (input, call) => getOperator(platform, input, call),
        update: (input, call) => updateOperator(platform, input, call),
        apply: (input, call) => apply(parts, input, call),
        listApplications: (input, call) => listApplications(platform, input, call),
        getApplication: (input, call) => getApplication(platform, input.id, call),
        review: (input, call) => review(parts, input, call),
        suspend: (input, call) => suspendOperator(parts, input, call),
        reinstate: (input, call) => reinstateOperator({ ...parts, onReinstated }, input.operatorId, call),
        staff: (input, call) => listStaff(parts, input, call),
        inviteStaff: (input, call) => inviteStaff(parts, input, call),
        removeStaff: (input, call) => removeStaff(parts, input, call),
        setLicence: (input, call) => setLicence(platform, input, call),
        issueKey: (input, call) => issueKey(platform, input, call),
        listKeys: (input, call) => listKeys(platform, input, call),
        rotateKey: (input, call) => rotateKey(parts, input, call),
        updateKey: (input, call) => updateKey(parts, input, call),
        revokeKey: (input, call) => revokeKey(parts, input.keyId, call),
        settings: (input, call) => getSettings(platform, input, call),
        updateSettings: (input, call) => updateSettings(platform, input, call),
        compliance: (input, call) => getCompliance(platform, input, call),
        complianceHistory: (input, call) => getComplianceHistory(platform, input, call),
        performance: (input, call) => getPerformance(platform, input, call),
        statistics: (input, call) => getStatistics(platform, input, call),
        auditLog: (input, call) => getAuditLog(platform, input, call),
        ...propagation,
      },
      services: [usage],
    },
    authenticateKey: (apiKey, presented = {}) => keys.authenticate(apiKey, presented),
    renewKey: (keyId, address) => keys.again(keyId, address),
    createOperator: (input, by) => createOperator(platform, input, by),
    issueKey: (input, by) => issueKey(platform, input, by),
    issueOwn: (tx, issue) => issueOwn(platform, tx, issue),
  };
}
