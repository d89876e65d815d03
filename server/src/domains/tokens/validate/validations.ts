import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { LookupAnswer } from '@kinga/shared/exclusions/contract.ts';
import type { tokens } from '@kinga/shared/tokens/contract.ts';
import type { KeyActor } from '../../../platform/call/actor.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Exclusions, ItemError, KeysAnswers, KeysAsked, ManyAnswers } from '../../exclusions/index.ts';
import { ResultsWriter } from '../../exclusions/index.ts';
import { hashOf } from '../format.ts';
import { itemErrorOf, refuseTwins } from '../items.ts';
import type { TokenFollower } from '../memory/follower.ts';
import { keyOf, revokedToken, unknownToken } from '../operator.ts';
import type { ForeignUse } from './foreign-use.ts';
import type { Probing } from './probing.ts';
import type { Stored, TokenQuestions } from './questions.ts';
import type { Usage } from './usage.ts';

type ValidateInput = ParsedInputOf<typeof tokens.validate>;
type Check = ParsedInputOf<typeof tokens.validateMany>['checks'][number];

export interface ValidationsOptions {
  readonly crypto: Crypto;
  readonly follower: TokenFollower;
  readonly questions: TokenQuestions;
  readonly exclusions: Pick<Exclusions, 'answerKeys' | 'answerManyKeys'>;
  readonly usage: Usage;
  readonly foreignUse: ForeignUse;
  readonly probing: Probing;
}

/** One check of many: what is known of its token, or why it gets no answer. */
type Item =
  | { readonly check: Check; readonly hash: string; readonly asked: KeysAsked }
  | { readonly check: Check; readonly error: ItemError };

/** What PostgreSQL said about some tokens; undefined: it said nothing. */
type Told = ReadonlyMap<string, Stored> | undefined;

/**
 * May the person behind this token bet? In the ordinary case from memory and within the same turn, as a lookup
 * is. A token this node does not know, or knows from too long ago, is asked of PostgreSQL first.
 */
export class Validations {
  readonly #options: ValidationsOptions;

  constructor(options: ValidationsOptions) {
    this.#options = options;
  }

  validate({ token, purpose }: ValidateInput, call: Call): LookupAnswer | Promise<LookupAnswer> {
    const key = keyOf(call);
    const hash = this.#hashOf(token, 'token', key);
    const keys = this.#fromMemory(hash, key);
    if (keys === undefined) return this.#validateLater(hash, purpose, call);
    return this.#answer(hash, { keys, purpose, isCertain: true }, call);
  }

  validateMany({ checks }: { checks: readonly Check[] }, call: Call): ManyAnswers | Promise<ManyAnswers> {
    refuseTwins(checks, 'checks');
    const key = keyOf(call);
    const missing: string[] = [];
    const items = checks.map((check, index): Item | { check: Check; hash: string } => {
      try {
        const hash = this.#hashOf(check.token, `checks[${index}].token`, key);
        const keys = this.#fromMemory(hash, key);
        if (keys !== undefined) {
          return { check, hash, asked: { keys, purpose: check.purpose, isCertain: true } };
        }
        missing.push(hash);
        return { check, hash };
      } catch (error) {
        return { check, error: itemErrorOf(error) };
      }
    });
    if (missing.length === 0) return this.#answerMany(items as Item[], call);
    return this.#manyLater(items, missing, call);
  }

  #hashOf(token: string, path: string, key: KeyActor): string {
    try {
      return hashOf(this.#options.crypto, token, path);
    } catch (error) {
      this.#options.probing.note('malformed', key);
      throw error;
    }
  }

  async #validateLater(hash: string, purpose: ValidateInput['purpose'], call: Call): Promise<LookupAnswer> {
    const key = keyOf(call);
    const told = await this.#options.questions.ask([hash], key.operatorId);
    return await this.#answer(
      hash,
      { ...this.#afterAsking(told, { hash, path: 'token', key }), purpose },
      call,
    );
  }

  async #manyLater(
    items: readonly (Item | { check: Check; hash: string })[],
    missing: readonly string[],
    call: Call,
  ): Promise<ManyAnswers> {
    const key = keyOf(call);
    const told = await this.#options.questions.ask(missing, key.operatorId);
    const all = items.map((item, index): Item => {
      if ('asked' in item || 'error' in item) return item;
      const { check, hash } = item;
      const path = `checks[${index}].token`;
      try {
        const asked = { ...this.#afterAsking(told, { hash, path, key }), purpose: check.purpose };
        return { check, hash, asked };
      } catch (error) {
        return { check, error: itemErrorOf(error) };
      }
    });
    return await this.#answerMany(all, call);
  }

  /** The keys behind the token. Undefined: PostgreSQL is to be asked, also whether it is somebody else's. */
  #fromMemory(hash: string, key: KeyActor): string[] | undefined {
    const { follower } = this.#options;
    if (!follower.isFresh()) return undefined;
    return this.#remembered(hash, key);
  }

  #remembered(hash: string, key: KeyActor): string[] | undefined {
    const { follower } = this.#options;
    const known = follower.table.find(hash);
    if (known === undefined || known.operatorNo !== follower.numberOf(key.operatorId)) return undefined;
    if (known.worksUntil !== 0 && known.worksUntil < follower.nowSeconds()) return undefined;
    return follower.table.keysOf(known);
  }

  #afterAsking(
    told: Told,
    { hash, path, key }: { readonly hash: string; readonly path: string; readonly key: KeyActor },
  ): Pick<KeysAsked, 'keys' | 'isCertain'> {
    if (told === undefined) {
      // What memory says may be out of date by now: enough to say EXCLUDED, not enough for anything else.
      const keys = this.#remembered(hash, key);
      if (keys === undefined) throw new KingaError('UNAVAILABLE', 'The token cannot be looked up now');
      return { keys, isCertain: false };
    }
    const stored = told.get(hash);
    if (stored === undefined) {
      this.#options.probing.note('unknown', key);
      throw unknownToken(path);
    }
    if (stored.operatorId !== key.operatorId) {
      this.#options.probing.note('foreign', key);
      this.#options.foreignUse.note(stored.handle, stored.operatorId, key);
      throw unknownToken(path);
    }
    if (!stored.works) throw revokedToken();
    return { keys: stored.keys, isCertain: true };
  }

  #answer(hash: string, asked: KeysAsked, call: Call): LookupAnswer | Promise<LookupAnswer> {
    const { exclusions, usage } = this.#options;
    const { operatorId } = keyOf(call);
    const answer = exclusions.answerKeys(asked, call);
    if (answer instanceof Promise) {
      return answer.then((later) => {
        usage.add(hash, operatorId, later.status);
        return later;
      });
    }
    usage.add(hash, operatorId, answer.status);
    return answer;
  }

  #answerMany(items: readonly Item[], call: Call): ManyAnswers | Promise<ManyAnswers> {
    const asked = items.flatMap((item) => ('asked' in item ? item.asked : []));
    const answers = asked.length === 0 ? [] : this.#options.exclusions.answerManyKeys(asked, call);
    if (answers instanceof Promise) return answers.then((later) => this.#write(items, later, call));
    return this.#write(items, answers, call);
  }

  #write(items: readonly Item[], answers: KeysAnswers, call: Call): ManyAnswers {
    const { operatorId } = keyOf(call);
    const writer = new ResultsWriter();
    let next = 0;
    for (const item of items) {
      if ('error' in item) writer.refuse(item.check.ref, item.error);
      else {
        const answer = answers[next++]!;
        if (answer instanceof KingaError) {
          writer.refuse(item.check.ref, itemErrorOf(answer));
          continue;
        }
        writer.answer(item.check.ref, answer);
        this.#options.usage.add(item.hash, operatorId, answer.status);
      }
    }
    return writer.end();
  }
}
