import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adoptSegments } from '@kinga/server/domains/exclusions/checks/adopt.ts';
import { BatchCommitter } from '@kinga/server/domains/exclusions/checks/commit.ts';
import { CheckRecorder } from '@kinga/server/domains/exclusions/checks/recorder.ts';
import {
  ANSWER_CODE,
  emptyRows,
  PURPOSE_CODE,
  ROW_BYTES,
} from '@kinga/server/domains/exclusions/checks/row.ts';
import { readSegment, writeSegment } from '@kinga/server/domains/exclusions/checks/segment.ts';
import { acquireLock } from '@kinga/server/platform/lifecycle/lock-file.ts';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../../support/call.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { probe } from '../../support/probe.ts';

let database: TestDatabase;
let dataDir: string;

beforeEach(async () => {
  database = await createTestDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'kinga-test-spool-'));
});

afterEach(async () => {
  await database[Symbol.asyncDispose]();
  rmSync(dataDir, { recursive: true, force: true });
});

const log = pino({ level: 'silent' });
const SUBJECT = '0123456789abcdef';
const AT = Date.UTC(2026, 10, 20, 9, 0, 0, 123);

describe('recording checks', () => {
  it('keeps who asked what about whom, when, and what was answered', async () => {
    await using recorder = await startRecorder();
    recorder.begin(42, 2 ** 33 + 5, AT);
    const id = recorder.add(SUBJECT, PURPOSE_CODE.deposit, ANSWER_CODE.CLEAR);
    recorder.end();
    await probe(async () => (await recorded()).length === 1);
    expect(await recorded()).toEqual([
      {
        id: id.slice(2),
        key_no: 42,
        subject: Buffer.from(SUBJECT, 'latin1').toString('hex'),
        purpose: 'd',
        answer: 'C',
        seq: String(2 ** 33 + 5),
        at: new Date(AT),
      },
    ]);
  });

  it('has an EXCLUDED answer on the disk before it is given, and lets go of it once it is committed', async () => {
    await using recorder = await startRecorder({ flushed: false });
    ask(recorder, 'CLEAR');
    expect(segments()).toEqual([]);
    ask(recorder, 'EXCLUDED');
    const ids = [ask(recorder, 'EXCLUDED'), ask(recorder, 'EXCLUDED')];
    expect(spooledIds()).toEqual(expect.arrayContaining(ids));
    expect(spooledIds()).toHaveLength(3);
    await recorder.stop();
    expect(segments()).toEqual([]);
    expect(await recorded()).toHaveLength(4);
  });

  it('keeps a hundred thousand apart, each under its own id, in growing order', async () => {
    await using recorder = await startRecorder();
    const ids: string[] = [];
    for (let call = 0; call < 100; call++) {
      recorder.begin(1, 1, AT + call);
      for (let i = 0; i < 1_000; i++) {
        const answer = i % 100 === 0 ? ANSWER_CODE.EXCLUDED : ANSWER_CODE.CLEAR;
        ids.push(recorder.add(SUBJECT, PURPOSE_CODE.bet, answer));
      }
      recorder.end();
    }
    await recorder.stop();
    const { rows } = await database.pool.query(
      `SELECT count(DISTINCT id)::int AS ids, count(*) FILTER (WHERE answer = 'E')::int AS excluded FROM checks`,
    );
    expect(rows[0]).toEqual({ ids: 100_000, excluded: 1_000 });
    expect(new Set(ids).size).toBe(100_000);
    expect(segments()).toEqual([]);
  });

  it('goes to the spool while PostgreSQL is away, and from there into the table, each once', async () => {
    await using recorder = await startRecorder();
    await database.pool.query('ALTER TABLE checks RENAME TO hidden');
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      ids.push(ask(recorder, 'UNKNOWN'), ask(recorder, 'EXCLUDED'));
      await probe(() => ids.every((id) => spooledIds().includes(id)));
    }
    expect(recorder.spoolBytes).toBeGreaterThan(0);
    await database.pool.query('ALTER TABLE hidden RENAME TO checks');
    await probe(async () => (await recorded()).length === ids.length);
    ids.push(ask(recorder, 'CLEAR'));
    await probe(async () => (await recorded()).length === ids.length);
    expect((await recorded()).map(({ id }) => `c_${id}`).sort()).toEqual([...ids].sort());
    await probe(() => segments().length === 0);
    expect(recorder.spoolBytes).toBe(0);
  });

  it('loses and doubles nothing when its connection dies again and again', async () => {
    await using recorder = await startRecorder();
    const ids: string[] = [];
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 50; i++) ids.push(ask(recorder, i % 10 === 0 ? 'EXCLUDED' : 'CLEAR'));
      await database.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE '%-checks'`,
      );
    }
    await probe(async () => (await recorded()).length >= ids.length);
    expect((await recorded()).map(({ id }) => `c_${id}`).sort()).toEqual([...ids].sort());
  });

  it('answers nothing any more when neither PostgreSQL nor the spool takes it', async () => {
    await using recorder = await startRecorder({ spoolBytesMax: 10 * ROW_BYTES });
    await database.pool.query('ALTER TABLE checks RENAME TO hidden');
    const full = await probe(async () => {
      const error = await refusal(Promise.resolve().then(() => ask(recorder, 'EXCLUDED')));
      return error.code === 'UNAVAILABLE';
    });
    expect(full).toBe(true);
    await database.pool.query('ALTER TABLE hidden RENAME TO checks');
    await probe(() => recorder.spoolBytes === 0);
    ask(recorder, 'EXCLUDED');
  });
});

describe('the spool of a process that is gone', () => {
  it('is adopted by the next start, without its torn end, and inserted once', async () => {
    const ids = await killedWithSpool(25);
    const [name] = segments();
    appendFileSync(join(dataDir, name!), emptyRows(1).subarray(0, ROW_BYTES - 3));
    await using recorder = await startRecorder();
    await probe(async () => (await recorded()).length === 25);
    await probe(() => segments().length === 0 && locks().length === 1);
    await recorder.stop();
    expect((await recorded()).map(({ id }) => `c_${id}`).sort()).toEqual(ids.sort());
  });

  it('is inserted once though it was committed just before the kill', async () => {
    await killedWithSpool(3);
    const [name] = segments();
    const path = join(dataDir, name!);
    const batch = readSegment(path, 'dead')!;
    const committer = new BatchCommitter(database.db);
    await committer.commit(batch);
    await committer.commit(batch);
    writeSegment(path, batch);
    await adoptSegments({ dataDir, node: 'other', log, commit: (found) => committer.commit(found) });
    await committer.close();
    expect(await recorded()).toHaveLength(3);
    expect(segments()).toEqual([]);
  });

  it('leaves nothing behind, not even the lock of one that had nothing in it', async () => {
    await killedWithSpool(0);
    expect([segments(), locks()]).toEqual([[], ['checks-dead.lock']]);
    await using _recorder = await startRecorder();
    await probe(() => locks().length === 1 && locks()[0] === 'checks-mine.lock');
  });

  it('is left alone while its owner lives', async () => {
    await using owner = await startRecorder({ node: 'owner', flushed: false });
    const id = ask(owner, 'EXCLUDED');
    await using other = await startRecorder({ node: 'other' });
    ask(other, 'CLEAR');
    await probe(async () => (await recorded()).length === 1);
    expect(spooledIds()).toEqual([id]);
    expect(acquireLock(join(dataDir, 'checks-owner.lock'))).toBeUndefined();
  });
});

interface TestRecorder extends CheckRecorder, AsyncDisposable {}

/** `flushed: false`: nothing is handed to PostgreSQL before it stops. */
async function startRecorder(
  options: { node?: string; spoolBytesMax?: number; flushed?: boolean } = {},
): Promise<TestRecorder> {
  const { node = 'mine', spoolBytesMax = 1024 ** 3, flushed = true } = options;
  const recorder = new CheckRecorder({ db: database.db, log, node, dataDir, spoolBytesMax });
  if (flushed) await recorder.start();
  else acquireLock(join(dataDir, `checks-${node}.lock`));
  return Object.assign(recorder, { [Symbol.asyncDispose]: () => recorder.stop() });
}

function ask(recorder: CheckRecorder, answer: keyof typeof ANSWER_CODE): string {
  recorder.begin(7, 1, AT);
  const id = recorder.add(SUBJECT, PURPOSE_CODE.bet, ANSWER_CODE[answer]);
  recorder.end();
  return id;
}

/** A process of its own records so many EXCLUDED answers and dies of SIGKILL before any flush. */
async function killedWithSpool(count: number): Promise<string[]> {
  const script = join(import.meta.dirname, 'record-and-hang.ts');
  const child = spawn(process.execPath, [script, dataDir, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data) => {
    output += String(data);
  });
  await probe(() => output.endsWith('\n'));
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  return JSON.parse(output) as string[];
}

interface CheckRow {
  readonly id: string;
  readonly [column: string]: unknown;
}

async function recorded(): Promise<CheckRow[]> {
  const { rows } = await database.pool.query<CheckRow>('SELECT * FROM checks ORDER BY id');
  const hex = (value: unknown) => String(value).replaceAll('-', '');
  return rows.map((row) => ({ ...row, id: hex(row.id), subject: hex(row.subject) }));
}

function segments(): string[] {
  return readdirSync(dataDir).filter((name) => name.endsWith('.spool'));
}

function locks(): string[] {
  return readdirSync(dataDir).filter((name) => name.endsWith('.lock'));
}

function spooledIds(): string[] {
  return segments().flatMap((name) => {
    const path = join(dataDir, name);
    const rows = existsSync(path) ? (readSegment(path, 'x')?.rows ?? Buffer.alloc(0)) : Buffer.alloc(0);
    const count = rows.length / ROW_BYTES;
    return Array.from(
      { length: count },
      (_, i) => `c_${rows.toString('hex', i * ROW_BYTES + 6, i * ROW_BYTES + 22)}`,
    );
  });
}
