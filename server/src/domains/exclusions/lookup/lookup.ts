import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Answer, exclusions, LookupAnswer, Purpose } from '@kinga/shared/exclusions/contract.ts';
import type { KeyActor } from '../../../platform/call/actor.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Database } from '../../../platform/db/database.ts';
import { LatencyHistogram } from '../../../platform/metrics/latency.ts';
import { type Screen, tooMany } from '../../screening/index.ts';
import type { CheckRecorder } from '../checks/recorder.ts';
import { ANSWER_CODE, PURPOSE_CODE } from '../checks/row.ts';
import type { Freshness } from '../replica/freshness.ts';
import { RegisterQuestions } from './ask.ts';
import { type Asked, askNext, keysAskedFor, refuseMalformed } from './asked.ts';
import { Finder, type Finding } from './find.ts';
import { itemErrorOf, refuseTwins } from './items.ts';
import { type ManyAnswers, ResultsWriter } from './results-writer.ts';
import { endOf, type Memory, type Policies, ReplicaView, type View } from './view.ts';

type LookupInput = ParsedInputOf<typeof exclusions.lookup>;
type LookupManyInput = ParsedInputOf<typeof exclusions.lookupMany>;
type Check = LookupManyInput['checks'][number];

/** Together half a second: first for a new confirmation, which helps everybody who waits, then for these keys. */
const REFRESH_MS = 250;
const ASK_MS = 250;

export interface LookupsOptions {
  readonly db: Pick<Database, 'query'>;
  readonly crypto: Crypto;
  readonly replica: Memory;
  readonly freshness: Pick<Freshness, 'refresh'>;
  readonly recorder: Pick<CheckRecorder, 'begin' | 'add' | 'end'>;
  readonly policies: Policies;
  /** Every question passes it; absent where nobody real can be asked about. */
  readonly screen?: Screen;
}

/**
 * May this person bet? In the ordinary case a plain value within the same turn, and without a promise: the
 * answer is in memory and was confirmed less than a second ago.
 */
export class Lookups {
  readonly latency = new LatencyHistogram();
  readonly #options: LookupsOptions;
  readonly #view: ReplicaView;
  readonly #questions: RegisterQuestions;
  readonly #finder: Finder;
  #lookups = 0;
  #hits = 0;

  constructor(options: LookupsOptions) {
    this.#options = options;
    this.#view = new ReplicaView(options.replica, options.policies);
    this.#questions = new RegisterQuestions(options.db, options.policies);
    this.#finder = new Finder(options.crypto, options.screen);
  }

  get lookups(): number {
    return this.#lookups;
  }

  get hits(): number {
    return this.#hits;
  }

  lookup(input: LookupInput, call: Call): LookupAnswer | Promise<LookupAnswer> {
    const startedAt = performance.now();
    const view = this.#view.at(startedAt);
    if (view.trust === 'full') return this.#one(input, { view, key: keyOf(call), startedAt });
    return this.#oneLater(input, keyOf(call), startedAt);
  }

  lookupMany(input: LookupManyInput, call: Call): ManyAnswers | Promise<ManyAnswers> {
    const startedAt = performance.now();
    refuseTwins(input.checks);
    const view = this.#view.at(startedAt);
    if (view.trust === 'full') return this.#many(input.checks, { view, key: keyOf(call), startedAt });
    return this.#manyLater(input.checks, keyOf(call), startedAt);
  }

  #one(input: LookupInput, question: Question): LookupAnswer {
    const { screen } = this.#options;
    this.#screen(question);
    screen?.question(input.purpose);
    const finding = this.#finder.find(question.view, input, '', endOf(question.view, input.purpose));
    if (screen !== undefined && screen.verdict(this.#finder.subject) !== 'pass') throw tooMany();
    this.#begin(question);
    const answer = this.#answer(question.view, finding, input.purpose);
    this.#end(question, 1);
    return isMatch(question.view, finding) ? explained(answer, input) : answer;
  }

  #many(checks: readonly Check[], question: Question): ManyAnswers {
    const { screen } = this.#options;
    this.#screen(question);
    this.#begin(question);
    const { view } = question;
    const writer = new ResultsWriter();
    let isRefused = false;
    for (let i = 0; i < checks.length && !isRefused; i++) {
      const check = checks[i]!;
      const { ref } = check;
      try {
        screen?.question(check.purpose);
        const finding = this.#finder.find(view, check, `checks[${i}].`, endOf(view, check.purpose));
        const verdict = screen?.verdict(this.#finder.subject) ?? 'pass';
        isRefused = verdict === 'key';
        if (verdict !== 'pass') throw tooMany();
        const answer = this.#answer(view, finding, check.purpose);
        writer.answer(ref, isMatch(view, finding) ? explained(answer, check) : answer);
      } catch (error) {
        writer.refuse(ref, itemErrorOf(error));
      }
    }
    this.#end(question, checks.length);
    // What was answered until then stays recorded: it was asked, and those whom it concerns may know.
    if (isRefused) throw tooMany();
    return writer.end();
  }

  async #oneLater(input: LookupInput, key: KeyActor, startedAt: number): Promise<LookupAnswer> {
    refuseMalformed(input, '');
    const keys = keysAskedFor(this.#options.crypto, input);
    const view = await this.#viewLater(keys);
    return this.#one(input, { view, key, startedAt });
  }

  async #manyLater(checks: readonly Check[], key: KeyActor, startedAt: number): Promise<ManyAnswers> {
    const keys = checks.flatMap((check) => keysAskedFor(this.#options.crypto, check));
    const view = await this.#viewLater(keys);
    return this.#many(checks, { view, key, startedAt });
  }

  /** The confirmation is too old: what can still be said, and by whom, after half a second at the most. */
  async #viewLater(keys: readonly Buffer[]): Promise<View> {
    const { replica, freshness } = this.#options;
    if (replica.state === 'empty') throw new KingaError('UNAVAILABLE', 'The register is being loaded');
    if (replica.state === 'live' && !(await freshness.refresh(REFRESH_MS))) {
      const asked = await this.#questions.ask(keys, ASK_MS);
      // A history that broke in the meantime makes PostgreSQL's word no worse, but ours nothing.
      if (asked !== undefined && replica.state === 'live') return asked;
    }
    return this.#view.at(performance.now());
  }

  #answer(view: View, finding: Finding, purpose: Purpose): LookupAnswer {
    const status = statusOf(view, finding, purpose);
    const { validity } = view;
    if (status === 'EXCLUDED') this.#hits++;
    this.#lookups++;
    return {
      status,
      asOf: validity.asOf,
      seq: view.seq,
      validUntil:
        status === 'UNKNOWN' ? validity.asOf : validity.until(purpose, this.#finder.pendingStartsAt),
      checkId: this.#options.recorder.add(this.#finder.subject, PURPOSE_CODE[purpose], ANSWER_CODE[status]),
      policyVersion: validity.policy.version,
    };
  }

  #screen({ view, key, startedAt }: Question): void {
    this.#options.screen?.begin(key, view.validity.policy.values.screening, startedAt);
  }

  #begin({ view, key }: Question): void {
    this.#options.recorder.begin(key.keyNo, view.seq, view.lower);
  }

  #end({ startedAt, key }: Question, count: number): void {
    this.#options.recorder.end();
    const bucket = this.latency.record(performance.now() - startedAt, count);
    key.allowance?.answered(bucket, count);
  }

  /** The question about keys that are at hand already, as those behind a screening token are. */
  answerKeys(asked: KeysAsked, call: Call): LookupAnswer | Promise<LookupAnswer> {
    const answers = this.answerManyKeys([asked], call);
    return answers instanceof Promise ? answers.then(onlyOf) : onlyOf(answers);
  }

  /** The answers in the order of the questions, all given at one instant; one that cannot be given fails alone. */
  answerManyKeys(asked: readonly KeysAsked[], call: Call): KeysAnswers | Promise<KeysAnswers> {
    const startedAt = performance.now();
    const key = keyOf(call);
    const view = this.#view.at(startedAt);
    if (view.trust === 'full') return this.#keys(asked, { view, key, startedAt });
    const keys = asked.flatMap((one) => one.keys.map((key) => Buffer.from(key, 'latin1')));
    return this.#viewLater(keys).then((later) => this.#keys(asked, { view: later, key, startedAt }));
  }

  #keys(asked: readonly KeysAsked[], question: Question): KeysAnswers {
    this.#screen(question);
    this.#begin(question);
    const answers = asked.map((one) => this.#key(one, question.view));
    this.#end(question, asked.length);
    return answers;
  }

  #key({ keys, purpose, isCertain }: KeysAsked, view: View): LookupAnswer | KingaError {
    const { screen } = this.#options;
    const [first] = keys;
    screen?.question(purpose);
    const finding = this.#finder.findKeys(view, keys, endOf(view, purpose));
    if (!isCertain && finding === 'nothing' && view.trust === 'full') {
      return new KingaError('UNAVAILABLE', 'It cannot be confirmed whose token this is');
    }
    if (screen !== undefined) {
      const { subject } = this.#finder;
      if (subject !== first) screen.found(subject);
      if (screen.verdict(first!) !== 'pass') return tooMany();
    }
    return this.#answer(view, finding, purpose);
  }
}

export type KeysAnswers = readonly (LookupAnswer | KingaError)[];

function onlyOf([answer]: KeysAnswers): LookupAnswer {
  if (answer instanceof KingaError) throw answer;
  return answer!;
}

export interface KeysAsked {
  /** At least one; 16 characters of latin1 each. */
  readonly keys: readonly string[];
  readonly purpose: Purpose;
  /** False: there may be more keys than these, so nothing but EXCLUDED may be said of them. */
  readonly isCertain: boolean;
}

interface Question {
  readonly view: View;
  readonly key: KeyActor;
  /** Monotonic. */
  readonly startedAt: number;
}

function statusOf(view: View, finding: Finding, purpose: Purpose): Answer {
  if (view.trust === 'full') {
    // Only until the register is read as far back as a new version of the policy looks.
    if (finding === 'nothing' && purpose === 'marketing' && !view.knowsQuiet) return 'UNKNOWN';
    return STATUS[finding];
  }
  return finding === 'exclusion' && view.trust === 'exclusions' ? 'EXCLUDED' : 'UNKNOWN';
}

const STATUS: Readonly<Record<Finding, Answer>> = {
  exclusion: 'EXCLUDED',
  possibleMatch: 'UNKNOWN',
  nothing: 'CLEAR',
};

/** UNKNOWN for another reason than that the register itself cannot be trusted in time. */
function isMatch(view: View, finding: Finding): boolean {
  return finding === 'possibleMatch' && view.trust === 'full';
}

/** Of a possible match: why it is not known, and what to ask the person for. */
function explained(answer: LookupAnswer, { identifiers }: Asked): LookupAnswer {
  const ask = askNext(identifiers);
  return { ...answer, reason: 'possible_match', ...(ask === undefined ? {} : { ask }) };
}

function keyOf({ actor }: Call): KeyActor {
  if (actor.kind !== 'key') throw new KingaError('FORBIDDEN', 'Only API keys look somebody up');
  return actor;
}
