import type { Procedure } from '@kinga/shared/contract/procedure.ts';
import type { Express } from 'express';
import type { Handlers } from './platform/call/handler.ts';
import type { Complain, IsPlain } from './platform/call/registry.ts';
import type { LogSource, OutboxLog, StateSource } from './platform/feed/source.ts';
import type { Service } from './platform/lifecycle/service.ts';

/** What a domain hands to the composition root: its handlers, its topics, its life. */
export interface Domain<
  TContract extends Readonly<Record<string, Procedure>> = Record<string, never>,
  TWritten extends keyof TContract = never,
> {
  readonly name: string;
  readonly handlers: Handlers<TContract, TWritten>;
  /** Procedure -> what is malformed beyond what its schema says; see platform/call/registry.ts. */
  readonly alsoMalformed?: { readonly [TName in keyof TContract]?: Complain };
  /** Procedure -> tells the ordinary input apart without its schema; only for the hottest ones. */
  readonly isPlain?: { readonly [TName in keyof TContract]?: IsPlain };
  readonly logs?: readonly LogSource[];
  readonly outboxLogs?: readonly OutboxLog[];
  readonly states?: readonly StateSource[];
  readonly services?: readonly Service[];
  /** Routes beside the HTTP mirror, e.g. /.well-known/jwks.json. */
  routes?(app: Express): void;
}
