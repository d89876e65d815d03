import type { Counter } from 'prom-client';
import type { Platform } from '../../../platform/context.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';

/** A machine that is set up wrongly asks all the time; its operator has to read it once. */
const AUDIT_EVERY_MS = 60_000;
/** Keys remembered for that. */
const REMEMBERED_MAX = 10_000;

export type Refusal = 'address' | 'signature';

/** A good key that was used as it may not be: counted each time, written down at most once a minute. */
export class KeyRefusals {
  readonly #platform: Platform;
  readonly #counter: Counter;
  readonly #auditedAtMs = new Map<string, number>();

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#counter = platform.metrics.counter(
      'kinga_keys_refused_total',
      'Good keys that were used from an address they may not be used from, or without a good signature',
      ['why'],
    );
  }

  note(keyId: string, why: Refusal): void {
    this.#counter.inc({ why });
    const name = `${keyId} ${why}`;
    const nowMs = performance.now();
    if (nowMs - (this.#auditedAtMs.get(name) ?? Number.NEGATIVE_INFINITY) < AUDIT_EVERY_MS) return;
    if (this.#auditedAtMs.size >= REMEMBERED_MAX) this.#auditedAtMs.clear();
    this.#auditedAtMs.set(name, nowMs);
    const { db, log } = this.#platform;
    recordAudit(db, { actor: 'system', action: 'key.refused', subject: keyId, details: { why } }).catch(
      (error: unknown) => log.warn({ err: error, keyId, why }, 'a refused key could not be written down'),
    );
  }
}
