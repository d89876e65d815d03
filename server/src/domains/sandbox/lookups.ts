import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { exclusions, LookupAnswer, Purpose } from '@kinga/shared/exclusions/contract.ts';
import { RETRY_AFTER_MS, SLOW_MS } from '@kinga/shared/sandbox/persons.ts';
import type { Call } from '../../platform/call/handler.ts';
import { type KeysAsked, keysAskedFor, Lookups, type Policies } from '../exclusions/index.ts';
import { CheckCollector, failedCheck, recordChecks, type SandboxCheck } from './checks.ts';
import { sandboxKeyOf } from './key.ts';
import { SandboxMemory, type Trouble } from './memory.ts';
import type { SandboxPlatform } from './platform.ts';
import type { SandboxRecords } from './records.ts';

type Many = OutputOf<typeof exclusions.lookupMany>;
type Result = Many['results'][number];

/** The register is never asked for a sandbox key: there is nothing here to ask it with. */
const NO_REGISTER = {
  query: () => Promise.reject(new Error('the sandbox asked the register')),
};

/** `exclusions.lookup` and its kind over the sandbox's register, decided by the very code of the real one. */
export class SandboxLookups {
  readonly #platform: SandboxPlatform;
  readonly #policies: Policies;
  readonly #records: SandboxRecords;

  constructor(platform: SandboxPlatform, policies: Policies, records: SandboxRecords) {
    this.#platform = platform;
    this.#policies = policies;
    this.#records = records;
  }

  async lookup(input: ParsedInputOf<typeof exclusions.lookup>, call: Call): Promise<LookupAnswer> {
    const keys = keysAskedFor(this.#platform.crypto, input);
    return await this.#one({ keys, purpose: input.purpose }, call, (lookups) => lookups.lookup(input, call));
  }

  /** Keys behind a sandbox token. */
  async answerKeys(keys: readonly Buffer[], purpose: Purpose, call: Call): Promise<LookupAnswer> {
    const asked: KeysAsked = { keys: keys.map((key) => key.toString('latin1')), purpose, isCertain: true };
    return await this.#one({ keys, purpose }, call, (lookups) => lookups.answerKeys(asked, call));
  }

  /** In another order than they were asked for: answers are joined by ref and by nothing else. */
  async lookupMany(input: ParsedInputOf<typeof exclusions.lookupMany>, call: Call): Promise<Many> {
    const key = sandboxKeyOf(call);
    const asked = input.checks.map((check) => keysAskedFor(this.#platform.crypto, check));
    const known = await this.#records.of(key.operatorId, asked.flat());
    const memory = new SandboxMemory(known);
    const trusted = await this.#many(input, call, memory);
    const distrusted = await this.#many(input, call, new SandboxMemory(known, false));
    const failed: SandboxCheck[] = [];
    let isSlow = false;
    const results = input.checks.map(({ ref, purpose }, index): Result => {
      const answered = trusted.byRef.get(ref);
      const found = memory.troubleOf(asked[index] ?? []);
      if (answered === undefined) throw new Error('a check without an answer');
      if (found === undefined || 'error' in answered) return answered;
      if (found.trouble === 'unknown') return distrusted.byRef.get(ref) ?? answered;
      if (found.trouble === 'slow') isSlow = true;
      const refusal = refusalOf(found.trouble);
      if (refusal === undefined) return answered;
      failed.push(failedCheck(found.key, purpose));
      return { ref, error: { code: refusal.code, message: refusal.message } };
    });
    const told = new Set(results.map((result) => ('checkId' in result ? result.checkId : '')));
    const checks = [...trusted.checks, ...distrusted.checks].filter(({ id }) => told.has(id));
    await recordChecks(this.#platform.db, key, [...checks, ...failed]);
    if (isSlow) await delay(SLOW_MS);
    return { results: displaced(results) };
  }

  async #many(
    input: ParsedInputOf<typeof exclusions.lookupMany>,
    call: Call,
    memory: SandboxMemory,
  ): Promise<{ byRef: ReadonlyMap<string, Result>; checks: readonly SandboxCheck[] }> {
    const { lookups, collector } = this.#over(memory);
    const { results } = (await lookups.lookupMany(input, call)).toJSON();
    return { byRef: new Map(results.map((result) => [result.ref, result])), checks: collector.checks };
  }

  async #one(
    asked: { readonly keys: readonly Buffer[]; readonly purpose: Purpose },
    call: Call,
    answer: (lookups: Lookups) => LookupAnswer | Promise<LookupAnswer>,
  ): Promise<LookupAnswer> {
    const key = sandboxKeyOf(call);
    const known = await this.#records.of(key.operatorId, asked.keys);
    const found = new SandboxMemory(known).troubleOf(asked.keys);
    const refusal = found === undefined ? undefined : refusalOf(found.trouble);
    const { lookups, collector } = this.#over(new SandboxMemory(known, found?.trouble !== 'unknown'));
    // Asked in any case: what is malformed is told before anything else.
    const answered = await answer(lookups);
    const failed =
      refusal === undefined || found === undefined ? [] : [failedCheck(found.key, asked.purpose)];
    await recordChecks(this.#platform.db, key, refusal === undefined ? collector.checks : failed);
    if (refusal !== undefined) throw refusal;
    if (found?.trouble === 'slow') await delay(SLOW_MS);
    return answered;
  }

  #over(replica: SandboxMemory): { lookups: Lookups; collector: CheckCollector } {
    const collector = new CheckCollector();
    const lookups = new Lookups({
      db: NO_REGISTER,
      crypto: this.#platform.crypto,
      replica,
      freshness: { refresh: async () => false },
      recorder: collector,
      policies: this.#policies,
    });
    return { lookups, collector };
  }
}

function refusalOf(trouble: Trouble): KingaError | undefined {
  const options = { retryAfterMs: RETRY_AFTER_MS };
  if (trouble === 'unavailable') return new KingaError('UNAVAILABLE', 'A test person: unavailable', options);
  if (trouble === 'rateLimited')
    return new KingaError('RATE_LIMITED', 'A test person: rate limited', options);
  return undefined;
}

/** None stands where it was asked for, so that whoever joins by position notices. */
export function displaced<TItem>(items: readonly TItem[]): TItem[] {
  if (items.length < 2) return [...items];
  const by = 1 + randomInt(items.length - 1);
  return [...items.slice(by), ...items.slice(0, by)];
}
