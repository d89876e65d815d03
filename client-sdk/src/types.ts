import type { IdempotencyOf, InputOf, OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Bye, Heartbeat, Hello, Position } from '@kinga/shared/contract/wire.ts';
import type { Contract, TopicName, TopicNamed } from '@kinga/shared/contract.ts';
import type { z } from 'zod';
import type { HubError } from './errors.ts';
import type { SigningKey } from './sign.ts';

/** An access token (JWT), or how to get one: asked anew for every connection and before it expires. */
export type TokenSource = string | (() => Promise<string>);

export interface ConnectOptions {
  /** Where the hub is: `https://hub.example` (or `http://localhost:3000`). */
  readonly url: string;
  /** An operator's API key. Neither key nor token: an anonymous connection, for `identity.login`. */
  readonly apiKey?: string;
  readonly token?: TokenSource;
  /** For an API key that requires signatures: its private Ed25519 key, or what signs with it. */
  readonly sign?: SigningKey;
  /** How long a call may take, waiting for a reconnect included, in milliseconds. Default 10,000. */
  readonly deadlineMs?: number;
  /** How long `connect` itself may take, in milliseconds. Default 10,000. */
  readonly connectDeadlineMs?: number;
  /** Bounds of the wait before a reconnect, in milliseconds. Default 200 and 10,000. */
  readonly reconnect?: { readonly minMs?: number; readonly maxMs?: number };
}

export interface CallOptions {
  /** How long this call may take, in milliseconds. */
  readonly deadlineMs?: number;
  /** Gives up waiting; a command already sent may still happen. */
  readonly signal?: AbortSignal;
}

export interface KeyedCallOptions extends CallOptions {
  /**
   * Chosen by the caller, one per intended effect, and kept until the outcome is known: the same call under
   * the same key happens once, and the SDK may then send it again after a lost connection.
   */
  readonly idempotencyKey?: string;
}

type OptionsOf<TProcedure> = [IdempotencyOf<TProcedure>] extends [never] ? CallOptions : KeyedCallOptions;

/** One procedure as a function. The key is an obligation where the procedure requires one. */
export type Call<TProcedure> =
  'required' extends IdempotencyOf<TProcedure>
    ? (
        input: InputOf<TProcedure>,
        options: KeyedCallOptions & { readonly idempotencyKey: string },
      ) => Promise<OutputOf<TProcedure>>
    : Record<never, never> extends InputOf<TProcedure>
      ? (input?: InputOf<TProcedure>, options?: OptionsOf<TProcedure>) => Promise<OutputOf<TProcedure>>
      : (input: InputOf<TProcedure>, options?: OptionsOf<TProcedure>) => Promise<OutputOf<TProcedure>>;

/** Every procedure of the contract: `hub.exclusions.lookup(...)`, `hub.markets.placeBet(...)`. */
export type Procedures = {
  readonly [TDomain in keyof Contract]: {
    readonly [TName in keyof Contract[TDomain]]: Call<Contract[TDomain][TName]>;
  };
};

/** What one topic's events carry, by type: `{ registered: Change, extended: Change, ... }`. */
type EventsOf<TName extends TopicName> = TopicNamed<TName>['events'];
type StateOf<TName extends TopicName> =
  TopicNamed<TName> extends {
    readonly kind: 'state';
    readonly events: { readonly state: infer TState extends z.ZodType };
  }
    ? z.output<TState>
    : unknown;

export type WatchEvent<TName extends TopicName> = {
  readonly [TType in keyof EventsOf<TName>]: Position & {
    readonly kind: 'event';
    readonly topic: TName;
    /** ISO 8601 */
    readonly at: string;
    readonly type: TType;
    readonly data: EventsOf<TName>[TType] extends z.ZodType ? z.output<EventsOf<TName>[TType]> : never;
  };
}[keyof EventsOf<TName>];

/** How things stood at `seq`; for a state topic the whole state. */
export interface WatchSnapshot<TName extends TopicName> extends Position {
  readonly kind: 'snapshot';
  readonly topic: TName;
  readonly snapshot: StateOf<TName>;
}

/** Continuity was lost: what happened before `seq` and after what was seen last is unknown. Check again. */
export interface WatchReset<TName extends TopicName> extends Position {
  readonly kind: 'reset';
  readonly topic: TName;
  readonly reason: string;
  readonly snapshot?: StateOf<TName>;
}

export type WatchItem<TName extends TopicName> = WatchEvent<TName> | WatchSnapshot<TName> | WatchReset<TName>;

export interface WatchOptions {
  /** Resume after this position, as kept from an earlier item; the hub says `reset` when it cannot. */
  readonly from?: Position;
  /** Items held for a slow consumer before the SDK pauses the topic and resumes it later. Default 1,000. */
  readonly bufferItems?: number;
  /** Ends the watch. */
  readonly signal?: AbortSignal;
}

/**
 * A topic as an async iterator: `for await (const item of hub.watch('exclusions/changes'))`. Ends with
 * `break`, `return()`, `close()` or the hub's own closing; throws a HubError when watching is refused.
 */
export interface Watch<TName extends TopicName>
  extends AsyncIterableIterator<WatchItem<TName>>,
    AsyncDisposable {
  readonly topic: TName;
  /** Where this watch stands: keep it to resume later. Undefined until the hub answered. */
  readonly position: Position | undefined;
  /** The source's last confirmation (ISO 8601): how fresh the picture is. Undefined until the first heartbeat. */
  readonly asOf: string | undefined;
  close(): Promise<void>;
}

/** `closed` is for good: by `close()`, or because the hub refuses these credentials. */
export type HubState = 'connecting' | 'connected' | 'reconnecting' | 'closed';

export type HubEvents = {
  /** With the error that caused the change, if one did. */
  readonly state: readonly [state: HubState, error: HubError | undefined];
  /** The hub announces that it will end this connection. */
  readonly bye: readonly [bye: Bye];
  readonly heartbeat: readonly [heartbeat: Heartbeat];
};

/** One change of the register that concerns a customer of an operator. */
export type OperatorChange = WatchEvent<`operators/${string}/changes`>;

export interface FollowOptions {
  readonly operatorId: string;
  /**
   * Called for one change after another; what it resolved for is acknowledged. After a crash the last ones come
   * again, so applying one twice must change nothing. What it throws ends the following, unacknowledged.
   */
  readonly apply: (change: OperatorChange) => void | Promise<void>;
  /** Changes were missed for good (a restored hub, 90 days away): check every customer again. Without it, an error. */
  readonly onReset?: (reset: WatchReset<`operators/${string}/changes`>) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** An operator's changes being applied, through lost connections, until it is closed. */
export interface Follow extends AsyncDisposable {
  /** Resolves when it was closed; rejects with what `apply` threw, or with the hub's refusal. */
  readonly done: Promise<void>;
  /** What was acknowledged last here. */
  readonly acknowledged: number | undefined;
  /** Lets the change at hand be applied, and ends. */
  close(): Promise<void>;
}

export interface HubControls extends AsyncDisposable {
  readonly state: HubState;
  /** What the node said on connecting: its name, the protocol, its limits. Undefined before that. */
  readonly hello: Hello | undefined;
  watch<const TName extends TopicName>(topic: TName, options?: WatchOptions): Watch<TName>;
  /** An operator's own changes, applied and acknowledged from where it left off. */
  readonly changes: { follow(options: FollowOptions): Follow };
  /** Returns how to stop listening. */
  on<TName extends keyof HubEvents>(name: TName, listener: (...args: HubEvents[TName]) => void): () => void;
  /** Ends everything: watches end, open calls fail as UNAVAILABLE. Repeating it changes nothing. */
  close(): Promise<void>;
}

/** A connection to the hub: every procedure, and what controls the connection. */
export type Hub = Procedures & HubControls;
