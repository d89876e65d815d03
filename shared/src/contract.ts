import { alerts, alertTopics } from './alerts/contract.ts';
import { analyticsJobs } from './analytics/jobs.ts';
import { broadcasts, broadcastTopics } from './broadcasts/contract.ts';
import { conformance } from './conformance/contract.ts';
import type { Job } from './contract/job.ts';
import type { Procedure } from './contract/procedure.ts';
import type { Topic } from './contract/topic.ts';
import { exclusions, exclusionTopics } from './exclusions/contract.ts';
import { exclusionJobs } from './exclusions/jobs.ts';
import { identity } from './identity/contract.ts';
import { ledgerTopics, wallet } from './ledger/contract.ts';
import { markets, marketTopics } from './markets/contract.ts';
import { monitoringTopics } from './monitoring/contract.ts';
import { notifications, notificationTopics } from './notifications/contract.ts';
import { notificationJobs } from './notifications/jobs.ts';
import { operators } from './operators/contract.ts';
import { operatorJobs } from './operators/jobs.ts';
import { petitions } from './petitions/contract.ts';
import { petitionJobs } from './petitions/jobs.ts';
import { policy, policyTopics } from './policy/contract.ts';
import { propagation, propagationTopics } from './propagation/contract.ts';
import { propagationJobs } from './propagation/jobs.ts';
import { sandbox, sandboxTopics } from './sandbox/contract.ts';
import { sandboxJobs } from './sandbox/jobs.ts';
import { screening } from './screening/contract.ts';
import { tokens } from './tokens/contract.ts';
import { tokenJobs } from './tokens/jobs.ts';

/** Everything that can be called: the SDK's shape, the HTTP mirror, the permission table, the documents. */
export const contract = {
  identity,
  operators,
  exclusions,
  markets,
  wallet,
  broadcasts,
  alerts,
  petitions,
  policy,
  screening,
  tokens,
  propagation,
  sandbox,
  conformance,
  notifications,
};
export type Contract = typeof contract;
type ProcedureOf<TDomain> = { [TKey in keyof TDomain]: TDomain[TKey] }[keyof TDomain];
export type ContractProcedure = {
  [TDomain in keyof Contract]: ProcedureOf<Contract[TDomain]>;
}[keyof Contract];
/** `exclusions.lookup` | `markets.placeBet` | ... */
export type ProcedureName = ContractProcedure['name'];
/** The declaration behind a name. */
export type ProcedureNamed<TName extends ProcedureName> = Extract<ContractProcedure, { name: TName }>;

/** Everything that can be watched. */
export const topics = {
  ...exclusionTopics,
  ...marketTopics,
  ...ledgerTopics,
  ...broadcastTopics,
  ...notificationTopics,
  ...monitoringTopics,
  ...alertTopics,
  ...policyTopics,
  ...propagationTopics,
  ...sandboxTopics,
};

export type ContractTopic = (typeof topics)[keyof typeof topics];
type NameUnder<TPattern extends string> = TPattern extends `${infer THead}<${string}>${infer TTail}`
  ? `${THead}${string}${TTail}`
  : TPattern;
/** `exclusions/changes` | `markets/${string}` | ... */
export type TopicName = NameUnder<ContractTopic['pattern']>;
/** The declaration a topic's name falls under. */
export type TopicNamed<TName extends TopicName> = ContractTopic extends infer TTopic
  ? TTopic extends ContractTopic
    ? TName extends NameUnder<TTopic['pattern']>
      ? TTopic
      : never
    : never
  : never;

/** Everything a worker does. */
export const jobs = {
  ...exclusionJobs,
  ...analyticsJobs,
  ...notificationJobs,
  ...operatorJobs,
  ...petitionJobs,
  ...tokenJobs,
  ...propagationJobs,
  ...sandboxJobs,
};

export const allProcedures: readonly Procedure[] = Object.values(contract).flatMap((domain) =>
  Object.values<Procedure>(domain),
);
export const allTopics: readonly Topic[] = Object.values(topics);
export const allJobs: readonly Job[] = Object.values(jobs);
