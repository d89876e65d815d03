import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import type { IssuedToken, tokens } from '@kinga/shared/tokens/contract.ts';
import type { Call } from '../../platform/call/handler.ts';
import { createTurns } from '../../platform/call/turns.ts';
import { canonicalise, keyOf as identifierKeyOf } from '../identifiers/index.ts';
import { type Screen, type ScreeningRules, tooMany } from '../screening/index.ts';
import { hashOf } from './format.ts';
import { itemErrorOf, refuseTwins } from './items.ts';
import { compromiseToken, type Done, type EndingsDeps, revokeTokens, rotateToken } from './manage/endings.ts';
import { issueTokens, type Wish } from './manage/issue.ts';
import type { TokenFollower } from './memory/follower.ts';
import { keyOf, unknownToken } from './operator.ts';

type Input<TName extends keyof typeof tokens> = ParsedInputOf<(typeof tokens)[TName]>;
type Output<TName extends keyof typeof tokens> = OutputOf<(typeof tokens)[TName]>;

export interface IssueScreening {
  readonly screen: Screen;
  readonly rules: () => ScreeningRules;
}

/** Each holds a connection, and a lock in PostgreSQL for every identity in it, while it lasts. */
const BATCHES_AT_ONCE = 2;
const BATCHES_WAITING_MAX = 64;

/** The commands on tokens. Each is acknowledged when its own node answers by it, and may be sent again. */
export class TokenService {
  readonly #deps: EndingsDeps;
  readonly #follower: TokenFollower;
  readonly #inTurn = createTurns({
    runningMax: BATCHES_AT_ONCE,
    waitingMax: BATCHES_WAITING_MAX,
    refusal: 'Too many batches of tokens at once',
  });
  readonly #screening: IssueScreening;

  constructor(deps: EndingsDeps, follower: TokenFollower, screening: IssueScreening) {
    this.#deps = deps;
    this.#follower = follower;
    this.#screening = screening;
  }

  async issue(input: Input<'issue'>, call: Call): Promise<IssuedToken> {
    const wishes = [{ ...input, path: '' }];
    this.#screen(wishes, call);
    const { outcomes, seq } = await issueTokens(this.#deps.platform, wishes, call);
    const [only] = outcomes;
    if (only === undefined) throw new Error('an issue had no outcome');
    if ('error' in only) {
      const { code, message, details } = only.error;
      throw new KingaError(code, message, details === undefined ? {} : { details });
    }
    await this.#told(seq);
    return only.issued;
  }

  async issueMany({ items }: Input<'issueMany'>, call: Call): Promise<Output<'issueMany'>> {
    refuseTwins(items, 'items');
    const wishes = items.map((item, index) => ({ ...item, path: `items[${index}].` }));
    this.#screen(wishes, call);
    const { outcomes, seq } = await this.#inTurn(() => issueTokens(this.#deps.platform, wishes, call));
    await this.#told(seq);
    const results = outcomes.map((outcome, index) => {
      const { ref } = items[index]!;
      return 'error' in outcome ? { ref, error: outcome.error } : { ref, ...outcome.issued };
    });
    return { results };
  }

  async rotate({ token }: Input<'rotate'>, call: Call): Promise<IssuedToken> {
    return await this.#done(await rotateToken(this.#deps, this.#hashOf(token), call));
  }

  async revoke({ token }: Input<'revoke'>, call: Call): Promise<Output<'revoke'>> {
    const hash = this.#hashOf(token);
    const ended = (await this.#done(await revokeTokens(this.#deps, [hash], call))).get(hash);
    if (ended === undefined) throw unknownToken();
    return ended;
  }

  async revokeMany({ items }: Input<'revokeMany'>, call: Call): Promise<Output<'revokeMany'>> {
    refuseTwins(items, 'items');
    const read = items.map(({ ref, token }, index) => {
      try {
        return { ref, hash: hashOf(this.#deps.platform.crypto, token, `items[${index}].token`) };
      } catch (error) {
        return { ref, error: itemErrorOf(error) };
      }
    });
    const hashes = read.flatMap((item) => ('error' in item ? [] : item.hash));
    const ended = await this.#done(await this.#inTurn(() => revokeTokens(this.#deps, hashes, call)));
    const results = read.map((item, index) => {
      if ('error' in item) return { ref: item.ref, error: item.error };
      const one = ended.get(item.hash);
      return one === undefined
        ? { ref: item.ref, error: itemErrorOf(unknownToken(`items[${index}].token`)) }
        : { ref: item.ref, ...one };
    });
    return { results };
  }

  async compromise({ token, reason }: Input<'compromise'>, call: Call): Promise<IssuedToken> {
    return await this.#done(await compromiseToken(this.#deps, { hash: this.#hashOf(token), reason }, call));
  }

  /**
   * A token is the other way to ask about a number: whoever counts up here is a scan too, and people whose customer
   * ids are not given are people asked about, as in a lookup. Those who are mapped are what the rest is judged by.
   */
  #screen(wishes: readonly Wish[], call: Call): void {
    const { screen, rules } = this.#screening;
    screen.begin(keyOf(call), rules(), performance.now());
    for (const { identifiers, customerId } of wishes) {
      screen.question(undefined);
      for (const identifier of identifiers) {
        const known = canonicalise(identifier);
        if (!known.ok) continue;
        const { type, canonical } = known;
        const isMet = customerId === undefined;
        screen.see(type, canonical, isMet ? this.#subjectOf(type, canonical) : '');
      }
      if (screen.verdict('') !== 'pass') throw tooMany();
    }
  }

  #subjectOf(type: IdentifierType, canonical: string): string {
    return identifierKeyOf(this.#deps.platform.crypto, type, canonical).key.toString('latin1');
  }

  #hashOf(token: string): string {
    return hashOf(this.#deps.platform.crypto, token, 'token');
  }

  async #done<TAnswer>({ answer, seq }: Done<TAnswer>): Promise<TAnswer> {
    await this.#told(seq);
    return answer;
  }

  /** What is acknowledged is true on this node. Everything here may be sent again and gives the same answer. */
  async #told(seq: number | undefined): Promise<void> {
    if (seq === undefined || (await this.#follower.announce(seq))) return;
    throw new KingaError('UNAVAILABLE', 'Done, but this node cannot confirm it yet: send it again');
  }
}
