import { randomBytes } from 'node:crypto';
import type { KeyActor } from '../../platform/call/actor.ts';
import { equalSecrets } from '../../platform/crypto/crypto.ts';
import { CANARY_OPERATOR } from './persons.ts';

/** No key in the table has it: what is asked under it is in no operator's figures. */
const KEY_NO = 0;

/** The key by which a node asks itself: of this process only, and in no table. */
export class CanaryKey {
  readonly text = `kk_canary_${randomBytes(32).toString('base64url')}`;
  readonly #actor: KeyActor = {
    kind: 'key',
    keyId: 'key_canary',
    keyNo: KEY_NO,
    operatorId: CANARY_OPERATOR,
    scopes: new Set(['exclusions:lookup', 'tokens:manage', 'tokens:validate']),
    environment: 'live',
    mode: 'alarm',
  };

  actorOf(apiKey: string): KeyActor | undefined {
    // Others are told from it by their length already: nothing is learnt from the time that takes.
    return apiKey.length === this.text.length && equalSecrets(apiKey, this.text) ? this.#actor : undefined;
  }
}
