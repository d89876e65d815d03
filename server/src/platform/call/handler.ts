import type { OutputOf, ParsedInputOf, Procedure } from '@kinga/shared/contract/procedure.ts';
import type { Logger } from '../log/log.ts';
import type { Actor } from './actor.ts';
import type { JsonText } from './json-text.ts';

/** What a handler knows about the call beside its input. */
export interface Call {
  readonly actor: Actor;
  readonly requestId: string;
  /** The client's network address, for limits on calls without credentials. */
  readonly address: string;
  readonly idempotencyKey: string | undefined;
  /** Carries the request id. */
  readonly log: Logger;
  /** The procedure being called: the idempotency scope. */
  readonly procedure: string;
  /** Re-arms the live socket this call came on with a renewed actor; absent over HTTP. */
  readonly rearm: ((actor: Actor) => void) | undefined;
}

export type Handler<TProcedure extends Procedure = Procedure> = (
  input: ParsedInputOf<TProcedure>,
  call: Call,
) => OutputOf<TProcedure> | Promise<OutputOf<TProcedure>>;

/** A handler whose output is written as JSON already; see json-text.ts. */
type WritingHandler<TProcedure extends Procedure> = (
  input: ParsedInputOf<TProcedure>,
  call: Call,
) => JsonText<OutputOf<TProcedure>> | Promise<JsonText<OutputOf<TProcedure>>>;

/** A handler for each procedure of one domain's contract; those named by `TWritten` write their output. */
export type Handlers<
  TDomain extends Readonly<Record<string, Procedure>>,
  TWritten extends keyof TDomain = never,
> = {
  readonly [TName in keyof TDomain]: TName extends TWritten
    ? WritingHandler<TDomain[TName]>
    : Handler<TDomain[TName]>;
};
