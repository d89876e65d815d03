import { setTimeout as delay } from 'node:timers/promises';
import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import type { Counter } from 'prom-client';
import type { Platform } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/tx.ts';
import type { Service } from '../../platform/lifecycle/service.ts';
import { BLOCK_MS, type Blocks } from './blocks.ts';
import type { KeyState } from './keys.ts';
import type { ScreeningRules } from './screen.ts';
import { keepBlocks, raiseDates, raisePerson, raiseSampling, raiseScan } from './telling.ts';

export interface ScanFinding {
  /** The one that asked the last number. */
  readonly key: KeyState;
  /** It, and the operator's other keys that took part. */
  readonly keys: readonly KeyState[];
  readonly blocked: readonly KeyState[];
  readonly type: IdentifierType;
  /** Numbers in the chain; counting ends where it is enough. */
  readonly length: number;
  readonly rules: ScreeningRules['sequentialScan'];
  readonly nowMs: number;
}

export interface PersonFinding {
  readonly key: KeyState;
  readonly subject: string;
  readonly count: number;
  readonly limit: number;
  readonly isRefused: boolean;
}

export interface DatesFinding {
  readonly key: KeyState;
  /** As it is compared; it is told as a pseudonym. */
  readonly name: string;
  /** At the least: only so many are remembered. */
  readonly count: number;
  readonly limit: number;
  readonly isRefused: boolean;
}

export interface SamplingFinding {
  readonly operatorId: string;
  /** Those that asked about people nobody had asked about before. */
  readonly keys: readonly KeyState[];
  readonly blocked: readonly KeyState[];
  readonly people: number;
  readonly customers: number;
  readonly limit: number;
  readonly rules: ScreeningRules['newPeoplePerDay'];
}

/** The same thing goes on for as long as somebody asks; it is told this often. */
const SCAN_AGAIN_MS = 1_000;
const PERSON_AGAIN_MS = 10_000;
const REMEMBERED_MAX = 10_000;
/** So many people of one operator get an alert of their own in a minute; the others get one together. */
const PEOPLE_PER_MINUTE = 20;
const MINUTE_MS = 60_000;
const AGAIN_MS = 1_000;

type Begun = ReturnType<Blocks['begin']>;

/** Tells what was seen, and keeps a block: off the path of the answers. */
export class Findings implements Service {
  readonly name = 'screening-findings';
  readonly #platform: Platform;
  readonly #blocks: Blocks;
  readonly #found: Counter;
  readonly #toldAtMs = new Map<string, number>();
  readonly #people = new Map<string, { minute: number; count: number }>();
  readonly #telling = new Set<Promise<void>>();
  readonly #ending = new AbortController();

  constructor(platform: Platform, blocks: Blocks) {
    this.#platform = platform;
    this.#blocks = blocks;
    this.#found = platform.metrics.counter('kinga_screening_found_total', 'What looked like an oracle', [
      'rule',
    ]);
    for (const rule of ['person', 'scan', 'dates', 'people']) this.#found.inc({ rule }, 0);
  }

  /** What is still to be told is tried once more. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#telling);
  }

  scan(finding: ScanFinding): void {
    this.#found.inc({ rule: 'scan' });
    const { key, blocked, type, nowMs } = finding;
    const begun = blocked.map(({ id }) => this.#blocks.begin(id, nowMs));
    const isDue = this.#isDue(`scan:${key.operator.id}:${type}`, nowMs, SCAN_AGAIN_MS);
    if (!isDue && begun.length === 0) return;
    this.#tell(async (tx) => {
      await raiseScan(tx, finding);
      await keepBlocks(tx, key.operator.id, blocked);
    }, begun);
  }

  person(finding: PersonFinding, nowMs: number): void {
    const hex = Buffer.from(finding.subject.slice(0, 16), 'latin1').toString('hex');
    const name = `sp_${this.#platform.crypto.digest('screening-person', hex).slice(0, 20)}`;
    this.#often('person', finding.key, name, nowMs, (tx, own) => raisePerson(tx, finding, own));
  }

  dates(finding: DatesFinding, nowMs: number): void {
    const name = `sn_${this.#platform.crypto.digest('screening-name', finding.name).slice(0, 20)}`;
    this.#often('dates', finding.key, name, nowMs, (tx, own) => raiseDates(tx, finding, own));
  }

  sampling(finding: SamplingFinding, nowMs: number): void {
    this.#found.inc({ rule: 'people' });
    const { operatorId, blocked } = finding;
    const begun = blocked.map(({ id }) => this.#blocks.begin(id, nowMs));
    this.#tell(async (tx) => {
      await raiseSampling(tx, finding);
      await keepBlocks(tx, operatorId, blocked);
    }, begun);
  }

  /** What goes on about one pseudonym is one alert; from many of them on they are one together. */
  #often(
    rule: 'person' | 'dates',
    { operator }: KeyState,
    name: string,
    nowMs: number,
    raise: (tx: Tx, own: string | undefined) => Promise<void>,
  ): void {
    this.#found.inc({ rule });
    if (!this.#isDue(`${rule}:${operator.id}:${name}`, nowMs, PERSON_AGAIN_MS)) return;
    const isOne = this.#mayHaveOwn(operator.id, name, nowMs);
    if (!isOne && !this.#isDue(`many:${rule}:${operator.id}`, nowMs, PERSON_AGAIN_MS)) return;
    this.#tell((tx) => raise(tx, isOne ? name : undefined));
  }

  #isDue(name: string, nowMs: number, againMs: number): boolean {
    const told = this.#toldAtMs.get(name);
    if (told !== undefined && nowMs - told < againMs) return false;
    if (this.#toldAtMs.size >= REMEMBERED_MAX) this.#toldAtMs.clear();
    this.#toldAtMs.set(name, nowMs);
    return true;
  }

  #mayHaveOwn(operatorId: string, name: string, nowMs: number): boolean {
    // Once it has one of its own it keeps it.
    if (!this.#isDue(`own:${operatorId}:${name}`, nowMs, Number.POSITIVE_INFINITY)) return true;
    const minute = Math.floor(nowMs / MINUTE_MS);
    const known = this.#people.get(operatorId);
    const count = known?.minute === minute ? known.count + 1 : 1;
    this.#people.set(operatorId, { minute, count });
    if (count > PEOPLE_PER_MINUTE) this.#toldAtMs.delete(`own:${operatorId}:${name}`);
    return count <= PEOPLE_PER_MINUTE;
  }

  #tell(work: (tx: Tx) => Promise<void>, begun: readonly Begun[] = []): void {
    const telling = this.#try(work, begun).finally(() => this.#telling.delete(telling));
    this.#telling.add(telling);
  }

  /** A key that is blocked shows nothing more: a block that could not be told is told when it can be. */
  async #try(work: (tx: Tx) => Promise<void>, begun: readonly Begun[]): Promise<void> {
    const { db, log } = this.#platform;
    const until = begun.length === 0 ? 0 : performance.now() + BLOCK_MS;
    const { signal } = this.#ending;
    for (let tries = 1; ; tries++) {
      try {
        await db.transaction(work);
        for (const block of begun) block.committed();
        return;
      } catch (error) {
        if (tries === 1) log.error({ err: error }, 'what looked like an oracle was not told');
      }
      if (signal.aborted || performance.now() > until) return;
      await delay(AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  }
}
