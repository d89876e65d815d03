import type { Database } from '../../../platform/db/database.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudits } from '../../../platform/outbox/audit.ts';
import { decodeKeys } from '../../exclusions/index.ts';
import { workingTokens } from '../manage/generations.ts';
import { tellChanges } from '../memory/changes.ts';

const BATCH = 500;
const KEYS_MAX = 32;

/**
 * A person's identifiers changed in the register, e.g. they have a new SIM: from now on their tokens are answered
 * by it too. Who it is about is told by the strong identifier a token was issued for. Each change once, in order.
 * Returns how many identifiers were gained.
 */
export async function syncTokens(db: Database, signal: AbortSignal): Promise<number> {
  let gained = 0;
  for (let isDone = false; !isDone && !signal.aborted; ) {
    const batch = await db.transaction(syncBatch);
    gained += batch.gained;
    isDone = batch.isLast;
  }
  return gained;
}

async function syncBatch(tx: Tx): Promise<{ gained: number; isLast: boolean }> {
  // Another worker waits here, and then finds less to do.
  const [position] = (
    await tx.query<{ done: string; head: string }>(
      `SELECT s.register_seq AS done, h.seq AS head FROM token_sync s CROSS JOIN register_head h FOR UPDATE OF s`,
    )
  ).rows;
  if (position === undefined) throw new Error('the register has no head');
  const { rows } = await tx.query<{ seq: string; keys: string }>(
    `SELECT seq, keys FROM register_log
     WHERE seq > $1 AND seq <= $2 AND kind = 'identified' ORDER BY seq LIMIT ${BATCH}`,
    [position.done, position.head],
  );
  const isLast = rows.length < BATCH;
  const next = isLast ? position.head : rows.at(-1)?.seq;
  if (next !== position.done) await tx.query('UPDATE token_sync SET register_seq = $1', [next]);
  const keys = new Set(rows.flatMap((row) => decodeKeys(row.keys).map(({ key }) => key)));
  return { gained: await gain(tx, [...keys]), isLast };
}

/** What the people of these keys have and their tokens have not. */
const GAINED_SQL = `
  SELECT DISTINCT k.subject_id, k.tenant_id, has.key,
         has.type IN ('nationalId', 'passport', 'alienId') AS strong
  FROM token_keys k
  JOIN identifiers i ON i.key = k.key
  JOIN identifiers has ON has.person_id = i.person_id
    AND has.type IN ('nationalId', 'phone', 'passport', 'alienId', 'email')
  LEFT JOIN token_keys known ON known.key = has.key AND known.subject_id = k.subject_id
  WHERE k.key = ANY($1::bytea[]) AND k.finds AND known.key IS NULL
  ORDER BY k.subject_id, has.key`;

interface Gained {
  readonly subject_id: string;
  readonly tenant_id: string;
  readonly key: Buffer;
  readonly strong: boolean;
}

async function gain(tx: Tx, hexes: readonly string[]): Promise<number> {
  if (hexes.length === 0) return 0;
  await actForEveryTenant(tx);
  const keys = hexes.map((hex) => Buffer.from(hex, 'hex'));
  // Issues lock the subjects they add to: first the locks, then what is missing under them.
  await tx.query(
    `SELECT FROM token_subjects WHERE id IN (SELECT subject_id FROM token_keys WHERE key = ANY($1::bytea[]))
     ORDER BY id FOR NO KEY UPDATE`,
    [keys],
  );
  const { rows } = await tx.query<Gained>(GAINED_SQL, [keys]);
  const stored = await store(tx, rows);
  if (stored.length === 0) return 0;
  const subjects = new Set(stored.map(({ subject_id }) => subject_id));
  await recordAudits(
    tx,
    [...subjects].map((subject) => ({
      actor: 'system',
      action: 'token.identified',
      subject,
      details: {
        identifiers: stored.filter(({ subject_id }) => subject_id === subject).length,
        from: 'register',
      },
    })),
  );
  const tokens = await workingTokens(tx, [...subjects]);
  if (tokens.length > 0) await tellChanges(tx, tokens);
  return stored.length;
}

/** A subject that is full keeps what it has: its own identifiers answer for it. */
async function store(tx: Tx, gained: readonly Gained[]): Promise<Gained[]> {
  if (gained.length === 0) return [];
  const { rows } = await tx.query<Gained>(
    `WITH gained AS (
       SELECT g.*, row_number() OVER (PARTITION BY g.subject_id ORDER BY g.strong DESC, g.key) AS nth
       FROM unnest($1::text[], $2::text[], $3::bytea[], $4::boolean[]) AS g (subject_id, tenant_id, key, strong)
     ), fitting AS (
       SELECT g.* FROM gained g JOIN token_subjects s ON s.id = g.subject_id
       WHERE octet_length(s.keys) / 16 + g.nth <= ${KEYS_MAX}
     ), updated AS (
       UPDATE token_subjects s SET keys = s.keys || f.keys
       FROM (SELECT subject_id, string_agg(key, '' ORDER BY nth) AS keys FROM fitting GROUP BY subject_id) AS f
       WHERE s.id = f.subject_id
     )
     INSERT INTO token_keys (key, subject_id, tenant_id, strong, finds)
     SELECT key, subject_id, tenant_id, strong, false FROM fitting
     RETURNING subject_id, tenant_id, key, strong`,
    [
      gained.map(({ subject_id }) => subject_id),
      gained.map(({ tenant_id }) => tenant_id),
      gained.map(({ key }) => key),
      gained.map(({ strong }) => strong),
    ],
  );
  return rows;
}
