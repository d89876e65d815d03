import type { DevicePlatform } from '@kinga/shared/notifications/contract.ts';

/** A message as its channel gets it. */
export interface Outgoing {
  /** Stays the same when a message is handed over again: a channel that knows it already drops it. */
  readonly id: string;
  /** For push, the token of the device. */
  readonly to: string;
  /** For push: whose service the token is of. */
  readonly platform?: DevicePlatform;
  readonly subject: string;
  readonly text: string;
}

/** The port behind which a provider stands. */
export interface Channel {
  /** Resolves when the provider has taken the message; throws Refused when it never will. */
  deliver(message: Outgoing): Promise<void>;
}

/** The provider says no for good: the address does not exist, say. Anything else thrown is tried again. */
export class Refused extends Error {
  override readonly name: string = 'Refused';
}

/** The provider says that nobody is behind this address any more: nothing else need be sent there. */
export class Gone extends Refused {
  override readonly name = 'Gone';
}
