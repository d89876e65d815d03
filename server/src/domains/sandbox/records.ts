import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import type { AskedPerson } from '@kinga/shared/exclusions/person.ts';
import { type Standing, TEST_PERSONS, type TestPerson } from '@kinga/shared/sandbox/persons.ts';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import { actForTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { canonicalise } from '../identifiers/index.ts';
import { matchKeysOf } from '../matching/index.ts';
import type { Known } from './memory.ts';
import type { SandboxPlatform } from './platform.ts';

/** Under which keys the register would keep somebody: their identifiers, and what a name and a date make. */
export function recordKeysOf(
  crypto: Crypto,
  of: { readonly identifiers: readonly Identifier[]; readonly details?: AskedPerson | undefined },
): Buffer[] {
  const known = of.identifiers.map(canonicalise).filter((result) => result.ok);
  const keys = known.map(({ type, canonical }) => crypto.identifierKey(type, canonical));
  if (of.details === undefined) return keys;
  return [...keys, ...matchKeysOf(crypto, { ...of.details, identifiers: known })];
}

export function testPerson(name: string): TestPerson | undefined {
  return TEST_PERSONS.find(({ person }) => person === name);
}

interface Row {
  readonly now_ms: number;
  readonly seq: number;
  readonly key: Buffer | null;
  readonly standing: Standing | null;
}

const RECORDS = `
  SELECT (extract(epoch FROM statement_timestamp()) * 1000)::float8 AS now_ms,
         (SELECT coalesce(max(id), 0) FROM sandbox_records WHERE tenant_id = $1)::float8 AS seq,
         r.key, r.standing
  FROM (SELECT 1) AS once
  LEFT JOIN sandbox_records r ON r.tenant_id = $1 AND r.key = ANY($2::bytea[])`;

/** The sandbox's register: the test persons, who are in memory, and each operator's own records. */
export class SandboxRecords {
  readonly #platform: SandboxPlatform;
  readonly #fixed = new Map<string, Standing[]>();

  constructor(platform: SandboxPlatform) {
    this.#platform = platform;
    for (const person of TEST_PERSONS) {
      if (person.standing === 'clear') continue;
      for (const key of recordKeysOf(platform.crypto, person)) add(this.#fixed, key, person.standing);
    }
  }

  /** What is known of these keys to this operator now. */
  async of(operatorId: string, keys: readonly Buffer[]): Promise<Known> {
    const { rows } = await this.#platform.db.transaction(async (tx) => {
      await actForTenant(tx, operatorId);
      return tx.query<Row>(RECORDS, [operatorId, keys]);
    });
    const standings = new Map<string, Standing[]>();
    for (const key of keys) {
      for (const standing of this.#fixed.get(key.toString('latin1')) ?? []) add(standings, key, standing);
    }
    for (const { key, standing } of rows) {
      if (key !== null && standing !== null) add(standings, key, standing);
    }
    return { nowMs: Math.floor(rows[0]?.now_ms ?? 0), seq: rows[0]?.seq ?? 0, standings };
  }
}

function add(standings: Map<string, Standing[]>, key: Buffer, standing: Standing): void {
  const text = key.toString('latin1');
  standings.set(text, [...(standings.get(text) ?? []), standing]);
}

/** Somebody the sandbox's register is to know for the length of a conformance run. */
export interface Placed {
  readonly key: Buffer;
  readonly standing: Standing;
}

/** In the transaction of the run, which acts for the operator. */
export async function placeRecords(
  tx: Tx,
  { operatorId, runId }: { readonly operatorId: string; readonly runId: string },
  placed: readonly Placed[],
): Promise<void> {
  await tx.query(
    `INSERT INTO sandbox_records (tenant_id, run_id, key, standing)
     SELECT $1, $2, * FROM unnest($3::bytea[], $4::text[])`,
    [operatorId, runId, placed.map(({ key }) => key), placed.map(({ standing }) => standing)],
  );
}

/** Nobody asks about the people of a run that is over. */
export async function removeRecords(tx: Tx, runIds: readonly string[]): Promise<void> {
  await tx.query('DELETE FROM sandbox_records WHERE run_id = ANY($1)', [runIds]);
}
