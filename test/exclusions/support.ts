import {
  chain,
  decodeKeys,
  type EntryKind,
  GENESIS_HASH,
  type Interval,
  type LogEntry,
} from '@kinga/server/domains/exclusions/log/entry.ts';
import {
  createRegister,
  type Register,
  type RegisterDeps,
} from '@kinga/server/domains/exclusions/register/register.ts';
import { keysOf } from '@kinga/server/domains/identifiers/index.ts';
import type { AccountActor } from '@kinga/server/platform/call/actor.ts';
import type { Platform } from '@kinga/server/platform/context.ts';
import type { Role } from '@kinga/shared/contract/procedure.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import type pg from 'pg';

/** The writing side alone; nobody has an account, and the tail is always up to date, unless told otherwise. */
export function openRegister(platform: Platform, deps: Partial<RegisterDeps> = {}): Register {
  return createRegister(platform, {
    accountKeys: async () => [],
    accountsOfKeys: async () => [],
    reached: async () => true,
    ...deps,
  });
}

export function account(role: Role, accountId = `acc_${role}`): AccountActor {
  return {
    kind: 'account',
    accountId,
    role,
    sessionId: `ses_${accountId}`,
    operatorId: null,
    expiresAt: Number.MAX_SAFE_INTEGER,
  };
}

export function hexOf({ crypto }: Platform, identifier: Identifier): string {
  return keysOf(crypto, [identifier], 'identifiers')[0]!.key.toString('hex');
}

interface LogRow {
  readonly seq: string;
  readonly kind: EntryKind;
  readonly subject: string;
  readonly at: Date;
  readonly effective_at: Date;
  readonly keys: string;
  readonly hash: string;
}

/** The whole log, read as any auditor with the database could read it. */
export async function readLog(pool: pg.Pool): Promise<LogEntry[]> {
  const { rows } = await pool.query<LogRow>('SELECT * FROM register_log ORDER BY seq');
  return rows.map((row) => ({
    seq: Number(row.seq),
    kind: row.kind,
    subject: row.subject,
    at: row.at.getTime(),
    effectiveAt: row.effective_at.getTime(),
    keys: decodeKeys(row.keys),
    hash: row.hash,
  }));
}

/** Undefined when the chain holds: gap-free, every hash follows, and the head is the last. */
export async function brokenAt(pool: pg.Pool): Promise<number | undefined> {
  let head = { seq: 0, hash: GENESIS_HASH };
  for (const entry of await readLog(pool)) {
    const [recomputed] = chain(head, entry.at, [entry]);
    if (recomputed?.seq !== entry.seq || recomputed.hash !== entry.hash) return entry.seq;
    head = recomputed;
  }
  const { rows } = await pool.query<{ seq: string; hash: string }>('SELECT seq, hash FROM register_head');
  return Number(rows[0]?.seq) === head.seq && rows[0]?.hash === head.hash ? undefined : head.seq + 1;
}

/** What a replica holds that applied every entry: it replaces exactly the keys an entry names. */
export function replay(log: readonly LogEntry[]): Map<string, readonly Interval[]> {
  const held = new Map<string, readonly Interval[]>();
  for (const { keys } of log) for (const { key, intervals } of keys) held.set(key, intervals);
  return held;
}
