import { setTimeout as delay } from 'node:timers/promises';
import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import type { Counter } from 'prom-client';
import type { Platform } from '../../platform/context.ts';
import { newId } from '../../platform/crypto/ids.ts';
import { actForTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';
import type { Service } from '../../platform/lifecycle/service.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { raiseAlert } from '../alerts/index.ts';
import { BLOCK_MS, type Blocks, CHANNEL } from './blocks.ts';
import type { KeyState } from './keys.ts';
import type { ScreeningRules } from './screen.ts';

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
    for (const rule of ['person', 'scan']) this.#found.inc({ rule }, 0);
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
      await keepBlocks(tx, finding);
    }, begun);
  }

  person(finding: PersonFinding, nowMs: number): void {
    this.#found.inc({ rule: 'person' });
    const { operator } = finding.key;
    const name = this.#personName(finding.subject);
    if (!this.#isDue(`person:${operator.id}:${name}`, nowMs, PERSON_AGAIN_MS)) return;
    const isOne = this.#mayHaveOwn(operator.id, name, nowMs);
    if (!isOne && !this.#isDue(`people:${operator.id}`, nowMs, PERSON_AGAIN_MS)) return;
    this.#tell((tx) => raisePerson(tx, finding, isOne ? name : undefined));
  }

  #personName(subject: string): string {
    const hex = Buffer.from(subject.slice(0, 16), 'latin1').toString('hex');
    return `sp_${this.#platform.crypto.digest('screening-person', hex).slice(0, 20)}`;
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

async function raiseScan(tx: Tx, { key, keys, blocked, type, length, rules }: ScanFinding): Promise<void> {
  const { identifiers, stepMax, windowSeconds } = rules;
  const answer =
    blocked.length === 0
      ? 'The questions were answered.'
      : `Keys that are set to block, or all of them if the policy is, are refused for ${BLOCK_MS / MINUTE_MS} ` +
        'minutes, or until screening.unblock.';
  await raiseAlert(tx, {
    kind: 'screening.sequential-scan',
    severity: blocked.length === 0 ? 'warning' : 'critical',
    operatorId: key.operator.id,
    key: `${key.operator.id}:${type}`,
    explanation:
      `An operator asked about ${length} numbers (${type}) of which each follows the one before within ${stepMax}, ` +
      `in about ${windowSeconds} seconds; the policy calls ${identifiers} of them a scan. Customers' numbers do ` +
      `not stand so close: somebody is trying out who is excluded. ${answer}`,
    facts: {
      type,
      numbers: length,
      identifiers,
      stepMax,
      windowSeconds,
      keys: keys.map(({ id }) => id),
      blockedKeys: blocked.map(({ id }) => id),
    },
  });
}

async function keepBlocks(tx: Tx, { key, blocked }: ScanFinding): Promise<void> {
  if (blocked.length === 0) return;
  await actForTenant(tx, key.operator.id);
  for (const { id: keyId } of blocked) {
    const id = newId('blk');
    await tx.query(
      `INSERT INTO screening_blocks (id, tenant_id, key_id, until)
       VALUES ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))`,
      [id, key.operator.id, keyId, BLOCK_MS / 1_000],
    );
    const details = { blockId: id, operatorId: key.operator.id };
    await recordAudit(tx, { actor: 'system', action: 'key.blocked', subject: keyId, details });
  }
  await tx.query(`SELECT pg_notify('${CHANNEL}', '')`);
}

async function raisePerson(tx: Tx, finding: PersonFinding, name: string | undefined): Promise<void> {
  const { key, count, limit, isRefused } = finding;
  const answer = isRefused
    ? 'Further questions about the person by this key are refused until the hour has fewer.'
    : 'The questions were answered.';
  await raiseAlert(tx, {
    kind: 'screening.person-rate',
    severity: 'warning',
    operatorId: key.operator.id,
    key: `${key.operator.id}:${name ?? 'many'}`,
    explanation:
      name === undefined
        ? `An operator asks about more people than have alerts of their own more often than ${limit} times an ` +
          `hour each; bets and deposits are not counted. ${answer}`
        : `An operator asked about one person ${count} times within an hour, and the policy allows ${limit}; bets ` +
          `and deposits are not counted. ${answer}`,
    facts: { keyId: key.id, count, limit, isRefused, ...(name === undefined ? {} : { person: name }) },
  });
}
