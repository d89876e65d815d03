import type { Bye } from '@kinga/shared/contract/wire.ts';
import type { Socket } from 'socket.io-client';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub } from '../support/hub.ts';
import { ranMs } from '../support/promptly.ts';

const LOOKUP = { identifiers: [{ type: 'nationalId', value: '23456789' }], purpose: 'bet' };

function ended(socket: Socket): Promise<{ code: string | undefined; atMs: number }> {
  let code: string | undefined;
  socket.once('bye', (bye: Bye) => {
    code = bye.code;
  });
  return new Promise((resolve) => socket.once('disconnect', () => resolve({ code, atMs: ranMs() })));
}

test('a suspended operator: its keys stop on every node within a second, and come back when it does', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const { token } = await one.admin();
  const { apiKey, operatorId } = await one.operatorKey();
  const spared = await one.operatorKey();
  const survivor = await two.connect({ apiKey: spared.apiKey });
  // Twice, so that what was remembered of the first time stands in nobody's way.
  for (let round = 0; round < 2; round++) {
    const sockets = [await one.connect({ apiKey }), await two.connect({ apiKey })];
    const ends = sockets.map(ended);
    const suspended = ok(
      (await one.http('operators.suspend', { operatorId, reason: 'under inquiry' }, { token })).body,
    );
    const ackMs = ranMs();
    expect(suspended).toMatchObject({ state: 'suspended', suspensionReason: 'under inquiry' });
    for (const { code, atMs } of await Promise.all(ends)) {
      expect(code).toBe('REVOKED');
      expect(atMs - ackMs).toBeLessThan(1_000);
    }
    for (const hub of [one, two]) {
      expect((await hub.http('exclusions.lookup', LOOKUP, { apiKey })).status).toBe(401);
      await expect(hub.connect({ apiKey })).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
    }
    const back = ok((await two.http('operators.reinstate', { operatorId }, { token })).body);
    expect(back).toMatchObject({ state: 'active', suspendedAt: null, suspensionReason: null });
    for (const hub of [one, two]) {
      expect((await hub.http('exclusions.lookup', LOOKUP, { apiKey })).status).toBe(200);
      const socket = await hub.connect({ apiKey });
      expect(ok(await hub.call(socket, 'exclusions.lookup', LOOKUP)).status).toBe('CLEAR');
      socket.disconnect();
    }
  }
  expect(ok(await two.call(survivor, 'exclusions.lookup', LOOKUP)).status).toBe('CLEAR');
});

test('suspending and reinstating again change nothing, and are written down once', async () => {
  await using hub = await startTestHub();
  const regulator = await hub.account('regulator');
  const { operatorId } = await hub.operatorKey();
  const credentials = { token: regulator.token };
  const suspend = async () =>
    ok((await hub.http('operators.suspend', { operatorId, reason: 'x' }, credentials)).body);
  const answers = await Promise.all([suspend(), suspend(), suspend()]);
  expect(new Set(answers.map(({ suspendedAt }) => suspendedAt)).size).toBe(1);
  const reinstate = async () => ok((await hub.http('operators.reinstate', { operatorId }, credentials)).body);
  await Promise.all([reinstate(), reinstate()]);
  const { rows } = await hub.database.pool.query(
    `SELECT action FROM audit_log WHERE subject = $1 AND actor = $2 ORDER BY id`,
    [operatorId, `account:${regulator.account.id}`],
  );
  expect(rows.map(({ action }) => action)).toEqual(['operator.suspended', 'operator.reinstated']);
  const missing = await hub.http('operators.suspend', { operatorId: 'op_none', reason: 'x' }, credentials);
  expect(refused(missing.body).code).toBe('NOT_FOUND');
  const staff = await hub.account('operator', { operatorId });
  const own = await hub.http('operators.reinstate', { operatorId }, { token: staff.token });
  expect(refused(own.body).code).toBe('FORBIDDEN');
});
