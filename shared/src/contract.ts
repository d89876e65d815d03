import { analyticsJobs } from './analytics/jobs.ts';
import { broadcasts, broadcastTopics } from './broadcasts/contract.ts';
import type { Job } from './contract/job.ts';
import type { Procedure } from './contract/procedure.ts';
import type { Topic } from './contract/topic.ts';
import { exclusions, exclusionTopics } from './exclusions/contract.ts';
import { exclusionJobs } from './exclusions/jobs.ts';
import { identity } from './identity/contract.ts';
import { ledgerTopics, wallet } from './ledger/contract.ts';
import { markets, marketTopics } from './markets/contract.ts';
import { monitoringTopics } from './monitoring/contract.ts';
import { notificationTopics } from './notifications/contract.ts';
import { operators } from './operators/contract.ts';

/** Everything that can be called: the SDK's shape, the HTTP mirror, the permission table, the documents. */
export const contract = { identity, operators, exclusions, markets, wallet, broadcasts };
export type Contract = typeof contract;

/** Everything that can be watched. */
export const topics = {
  ...exclusionTopics,
  ...marketTopics,
  ...ledgerTopics,
  ...broadcastTopics,
  ...notificationTopics,
  ...monitoringTopics,
};

/** Everything a worker does. */
export const jobs = { ...exclusionJobs, ...analyticsJobs };

export const allProcedures: readonly Procedure[] = Object.values(contract).flatMap((domain) =>
  Object.values<Procedure>(domain),
);
export const allTopics: readonly Topic[] = Object.values(topics);
export const allJobs: readonly Job[] = Object.values(jobs);
