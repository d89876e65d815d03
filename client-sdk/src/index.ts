export type { ErrorDetail } from '@kinga/shared/contract/errors.ts';
export type { Bye, Heartbeat, Hello, Position } from '@kinga/shared/contract/wire.ts';
export type { Contract, ProcedureName, TopicName } from '@kinga/shared/contract.ts';
export type { LookupAnswer } from '@kinga/shared/exclusions/contract.ts';
export {
  type ConformanceCalls,
  type ConformanceFailure,
  type ConformanceResult,
  type Decision,
  type Integration,
  runConformance,
  type Situation,
  type Verdict,
} from './conformance.ts';
export { connect } from './connect.ts';
export { HubError, isDeclared } from './errors.ts';
export { type Signer, type SigningKey, signedHeaders } from './sign.ts';
export type {
  CallOptions,
  ConnectOptions,
  Follow,
  FollowOptions,
  Hub,
  HubControls,
  HubEvents,
  HubState,
  KeyedCallOptions,
  OperatorChange,
  Procedures,
  TokenSource,
  Watch,
  WatchEvent,
  WatchItem,
  WatchOptions,
  WatchReset,
  WatchSnapshot,
} from './types.ts';
export { verifyWebhook, type WebhookDelivery } from './webhook.ts';
