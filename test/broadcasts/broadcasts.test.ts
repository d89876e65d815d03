import { createBroadcasts } from '@kinga/server/domains/broadcasts/index.ts';
import type { AccountActor, Actor, KeyActor } from '@kinga/server/platform/call/actor.ts';
import type { Role } from '@kinga/shared/contract/procedure.ts';
import { expect, test } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { createTestDatabase } from '../support/database.ts';
import { createTestPlatform } from '../support/platform.ts';
import { probe } from '../support/probe.ts';

const ADMIN = account('admin', 'acc_admin');

function account(role: Role, accountId: string, operatorId: string | null = null): AccountActor {
  const expiresAt = Number.MAX_SAFE_INTEGER;
  return { kind: 'account', accountId, role, sessionId: `ses_${accountId}`, operatorId, expiresAt };
}

function key(keyId: string, operatorId: string): KeyActor {
  return {
    kind: 'key',
    keyId,
    keyNo: 1,
    operatorId,
    scopes: new Set(['exclusions:lookup']),
    environment: 'live',
    mode: 'alarm',
  };
}

async function start() {
  const database = await createTestDatabase();
  const platform = await createTestPlatform(database);
  const { domain } = createBroadcasts(platform);
  const [log] = domain.outboxLogs ?? [];
  const [deliveries] = domain.services ?? [];
  if (!log || !deliveries) throw new Error('broadcasts have a log and a service');
  await deliveries.start?.();
  await database.pool.query(
    `INSERT INTO accounts (id, email, role, password_hash) VALUES ('acc_admin', 'a@example.co.ke', 'admin', '-')`,
  );
  await database.pool.query(
    `INSERT INTO operators (id, name, licence_no, contact_email) VALUES ('op_1', 'Bahati', '1', 'o@example.co.ke')`,
  );
  const { handlers } = domain;
  const send = (audience: 'all' | 'role:bettor' | 'role:operator' | `operator:${string}`, title = 'Habari') =>
    handlers.send(
      { audience, severity: 'warning', title, body: 'The hub rests at midnight.' },
      callBy(ADMIN),
    );
  /** As the feed does after emitting an event to somebody's socket. */
  const deliver = (broadcast: { id: string; audience: string }, actor: Actor) =>
    log.delivered?.(
      {
        topic: `broadcasts/${broadcast.audience}`,
        epoch: 'e',
        seq: 1,
        at: new Date().toISOString(),
        type: 'sent',
        data: broadcast,
      },
      actor,
    );
  return {
    database,
    handlers,
    log,
    send,
    deliver,
    counts: async (id: string) => (await handlers.get({ id }, callBy(ADMIN))).counts,
    progress: async () =>
      (
        await database.pool.query<{ topic: string; data: unknown; created_at: Date }>(
          `SELECT topic, data, created_at FROM outbox WHERE type = 'broadcastProgress' ORDER BY id`,
        )
      ).rows,
    [Symbol.asyncDispose]: async () => {
      await deliveries.stop?.();
      await platform[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('sending is one transaction: the row, the event for the audience, the audit', async () => {
  await using world = await start();
  const broadcast = await world.send('role:bettor');
  const outbox = await world.database.pool.query('SELECT topic, type, data FROM outbox');
  expect(outbox.rows).toEqual([{ topic: 'broadcasts/role:bettor', type: 'sent', data: broadcast }]);
  const audit = await world.database.pool.query('SELECT actor, action, subject FROM audit_log');
  expect(audit.rows).toEqual([
    { actor: 'account:acc_admin', action: 'broadcast.sent', subject: broadcast.id },
  ]);
});

test('an idempotency key sends it once', async () => {
  await using world = await start();
  const input = { audience: 'all', severity: 'info', title: 'Once', body: 'Once' } as const;
  const call = () => callBy(ADMIN, { idempotencyKey: 'k', procedure: 'broadcasts.send' });
  const answers = await Promise.all([1, 2, 3].map(async () => world.handlers.send(input, call())));
  expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
  expect((await world.database.pool.query('SELECT 1 FROM outbox')).rows).toHaveLength(1);
});

test('an operator that does not exist has no audience', async () => {
  await using world = await start();
  expect((await refusal(world.send('operator:op_none'))).code).toBe('NOT_FOUND');
  await expect(world.send('operator:op_1')).resolves.toBeDefined();
});

test('only members may listen: roles, operators and their machines, everybody', async () => {
  await using world = await start();
  const may = (actor: Actor, audience: string) => world.log.authorize?.(actor, audience);
  const bettor = account('bettor', 'acc_b');
  const staff = account('operator', 'acc_s', 'op_1');
  const machine = key('key_1', 'op_1');
  const everybody = [bettor, staff, machine, ADMIN];
  const anonymous: Actor = { kind: 'anonymous' };
  const audiences = {
    all: everybody,
    'role:bettor': [bettor],
    'role:operator': [staff, machine],
    'role:admin': [ADMIN],
    'operator:op_1': [staff, machine],
    'operator:op_2': [],
    'role:nonsense': [],
  };
  for (const [audience, members] of Object.entries(audiences)) {
    for (const actor of [...everybody, anonymous]) {
      expect(may(actor, audience), `${audience}`).toBe(members.some((member) => member === actor));
    }
  }
});

test('what has not been acknowledged waits for each member, and for nobody else', async () => {
  await using world = await start();
  const first = await world.send('all', 'First');
  const second = await world.send('role:bettor', 'Second');
  const bettor = account('bettor', 'acc_b');
  const regulator = account('regulator', 'acc_r');
  const pendingOf = async (actor: Actor) => (await world.handlers.pending({}, callBy(actor))).items;
  expect(await pendingOf(bettor)).toEqual([second, first]);
  expect(await pendingOf(regulator)).toEqual([first]);
  expect(await world.log.snapshot?.('broadcasts/all', bettor)).toEqual({ pending: [first] });
  await world.handlers.acknowledge({ id: first.id }, callBy(bettor));
  expect(await pendingOf(bettor)).toEqual([second]);
  expect(await pendingOf(regulator)).toEqual([first]);
  expect(await world.log.snapshot?.('broadcasts/all', bettor)).toEqual({ pending: [] });
  await world.database.pool.query(`UPDATE broadcasts SET sent_at = sent_at - interval '8 days'`);
  expect(await pendingOf(regulator)).toEqual([]);
});

test('pending comes twenty a page, the newest first', async () => {
  await using world = await start();
  const ids: string[] = [];
  for (let i = 0; i < 23; i++) ids.push((await world.send('all', `Number ${i}`)).id);
  const bettor = callBy(account('bettor', 'acc_b'));
  const first = await world.handlers.pending({}, bettor);
  expect(first.items).toHaveLength(20);
  const second = await world.handlers.pending({ cursor: first.nextCursor }, bettor);
  expect(second.nextCursor).toBeUndefined();
  expect([...first.items, ...second.items].map((item) => item.id).sort()).toEqual(ids.toSorted());
});

test('acknowledging again changes nothing, also when many do it at once; a stranger finds nothing', async () => {
  await using world = await start();
  const broadcast = await world.send('role:bettor');
  const bettor = account('bettor', 'acc_b');
  const answers = await Promise.all(
    [1, 2, 3, 4, 5].map(async () => world.handlers.acknowledge({ id: broadcast.id }, callBy(bettor))),
  );
  expect(new Set(answers.map((answer) => answer.acknowledgedAt)).size).toBe(1);
  // Whoever has read it has also been reached.
  expect(await world.counts(broadcast.id)).toEqual({ delivered: 1, acknowledged: 1 });
  const stranger = callBy(account('regulator', 'acc_r'));
  expect((await refusal(world.handlers.acknowledge({ id: broadcast.id }, stranger))).code).toBe('NOT_FOUND');
  expect((await refusal(world.handlers.acknowledge({ id: 'brc_none' }, stranger))).code).toBe('NOT_FOUND');
  const other = callBy(account('admin', 'acc_other'));
  expect((await refusal(world.handlers.get({ id: broadcast.id }, other))).code).toBe('NOT_FOUND');
});

test('each member counts once, however often and on however many sockets it was delivered', async () => {
  await using world = await start();
  const broadcast = await world.send('all');
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 200; i++) world.deliver(broadcast, account('bettor', `acc_${i}`));
    world.deliver(broadcast, key('key_1', 'op_1'));
    await probe(async () => (await world.counts(broadcast.id)).delivered === 201);
  }
  await world.handlers.acknowledge({ id: broadcast.id }, callBy(account('bettor', 'acc_7')));
  expect(await world.counts(broadcast.id)).toEqual({ delivered: 201, acknowledged: 1 });
});

test('the sender hears of it at most once a second, and of the last count in the end', async () => {
  await using world = await start();
  const broadcast = await world.send('all');
  let members = 0;
  const until = performance.now() + 2_500;
  await probe(() => {
    for (let i = 0; i < 3; i++) world.deliver(broadcast, account('bettor', `acc_${members++}`));
    return performance.now() > until;
  });
  const last = await probe(async () => {
    const told = await world.progress();
    const final = told.at(-1)?.data as { delivered: number } | undefined;
    return final?.delivered === members ? told : undefined;
  });
  expect(last.length).toBeGreaterThanOrEqual(2);
  expect(last.length).toBeLessThanOrEqual(5);
  expect(last.every((row) => row.topic === 'inbox/acc_admin')).toBe(true);
  for (const [i, row] of last.entries()) {
    const before = last[i - 1];
    // A little less than a second: between the counting and the row a busy machine may pause.
    if (before) expect(row.created_at.getTime() - before.created_at.getTime()).toBeGreaterThanOrEqual(700);
  }
  expect(last.at(-1)?.data).toEqual({ id: broadcast.id, delivered: members, acknowledged: 0 });
});
