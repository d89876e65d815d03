import { computeDailyJob } from './analytics/compute-daily.job.ts';
import { confirmRegistrationJob } from './exclusions/confirm-registration.job.ts';
import { forgetChecksJob } from './exclusions/forget-checks.job.ts';
import { sendExpiryNoticesJob } from './exclusions/send-expiry-notices.job.ts';
import { sendReportsJob } from './exclusions/send-reports.job.ts';
import { tellChangeJob } from './exclusions/tell-change.job.ts';
import { pruneJob } from './feed/prune.job.ts';
import { deliverJob } from './notifications/deliver.job.ts';
import { checkKeysJob } from './operators/check-keys.job.ts';
import { checkLicencesJob } from './operators/check-licences.job.ts';
import { countChecksJob } from './operators/count-checks.job.ts';
import { scoreComplianceJob } from './operators/score-compliance.job.ts';
import { checkWindowsJob } from './petitions/check-windows.job.ts';
import { deliverWebhookJob } from './propagation/deliver-webhook.job.ts';
import { prunePropagationJob } from './propagation/prune.job.ts';
import { pruneSandboxJob } from './sandbox/prune.job.ts';
import { syncTokensJob } from './tokens/sync.job.ts';
import type { WorkerJob } from './worker-job.ts';

/** Everything a worker can do. When, if not when somebody asks for it: schedule.ts. */
export const workerJobs: readonly WorkerJob[] = [
  confirmRegistrationJob,
  forgetChecksJob,
  sendExpiryNoticesJob,
  sendReportsJob,
  tellChangeJob,
  computeDailyJob,
  pruneJob,
  deliverJob,
  checkLicencesJob,
  checkKeysJob,
  countChecksJob,
  scoreComplianceJob,
  checkWindowsJob,
  deliverWebhookJob,
  prunePropagationJob,
  pruneSandboxJob,
  syncTokensJob,
];
