import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';

/** A change of noon (Nairobi) of that day, acknowledged and closed after so many milliseconds; null: not yet. */
async function change(
  hub: TestHub,
  operatorId: string,
  day: string,
  { acknowledged, closed }: { acknowledged: number | null; closed?: number | null },
): Promise<void> {
  await hub.database.pool.query(
    `INSERT INTO propagation_receipts (id, tenant_id, register_seq, handle, type, effective_at, committed_at,
       acknowledged_at, must_close, closed_at)
     SELECT 'rcp_' || gen_random_uuid(), $1, 1, gen_random_uuid()::text, 'registered', at, at,
            at + $3 * interval '1 ms', $4, at + $5 * interval '1 ms'
     FROM (SELECT ($2::date::timestamp + interval '12 hours') AT TIME ZONE 'Africa/Nairobi' AS at) noon`,
    [operatorId, day, acknowledged, closed !== undefined, closed ?? null],
  );
}

async function post(
  hub: TestHub,
  operatorId: string,
  at: string,
  delivered: boolean,
  ms: number,
): Promise<void> {
  await hub.database.pool.query(
    `INSERT INTO webhook_deliveries (id, tenant_id, at, after_seq, up_to_seq, events, attempt, ms, delivered)
     VALUES (gen_random_uuid()::text, $1, $2, 0, 1, 1, 1, $3, $4)`,
    [operatorId, at, ms, delivered],
  );
}

const PERIOD = { from: '2026-03-01', to: '2026-03-03' };

test('an operator sees by day how it acknowledges, closes, takes posts and asks; another sees none of it', async () => {
  await using hub = await startTestHub();
  const { operatorId, keyId } = await hub.operatorKey();
  const other = await hub.operatorKey();
  for (const acknowledged of [100, 200, 300]) await change(hub, operatorId, '2026-03-01', { acknowledged });
  await change(hub, operatorId, '2026-03-01', { acknowledged: null, closed: 60_000 });
  await change(hub, operatorId, '2026-03-03', { acknowledged: 1_000, closed: null });
  await change(hub, other.operatorId, '2026-03-01', { acknowledged: 9_000 });
  await post(hub, operatorId, '2026-03-01T20:59:59Z', true, 40);
  await post(hub, operatorId, '2026-03-01T21:00:00Z', false, 10_000);
  await hub.database.pool.query(
    `INSERT INTO key_usage (tenant_id, key_id, day, calls, refused) VALUES ($1, $2, '2026-03-02', 12, 3)`,
    [operatorId, keyId],
  );
  const { token } = await hub.account('operator', { operatorId });
  const { days, total } = ok((await hub.http('operators.performance', PERIOD, { token })).body);
  expect(days.map(({ day }) => day)).toEqual(['2026-03-01', '2026-03-02', '2026-03-03']);
  expect(days[0]).toMatchObject({
    ...{ changes: 4, acknowledged: 3, acknowledgedP50Ms: 200 },
    ...{ closings: 1, closed: 1, closedP50Ms: 60_000 },
    ...{ posts: 1, delivered: 1, postP50Ms: 40, calls: 0 },
  });
  expect(days[0]?.acknowledgedP99Ms).toBeCloseTo(298, 0);
  expect(days[1]).toMatchObject({ changes: 0, acknowledgedP50Ms: null, posts: 1, delivered: 0 });
  expect(days[1]).toMatchObject({ calls: 12, refused: 3 });
  expect(days[2]).toMatchObject({ changes: 1, closings: 1, closed: 0, closedP50Ms: null });
  expect(total).toMatchObject({
    changes: 5,
    acknowledged: 4,
    acknowledgedP50Ms: 250,
    posts: 2,
    delivered: 1,
  });
  const foreign = { ...PERIOD, operatorId: other.operatorId };
  expect(refused((await hub.http('operators.performance', foreign, { token })).body).code).toBe('NOT_FOUND');
});

test('staff see any operator’s and have to say whose; the sandbox does not count', async () => {
  await using hub = await startTestHub();
  const admin = await hub.admin();
  const { operatorId, keyId } = await hub.operatorKey();
  await hub.database.pool.query(`UPDATE api_keys SET environment = 'sandbox' WHERE id = $1`, [keyId]);
  await hub.database.pool.query(
    `INSERT INTO key_usage (tenant_id, key_id, day, calls, refused) VALUES ($1, $2, '2026-03-02', 12, 3)`,
    [operatorId, keyId],
  );
  const ask = async (input: object, as: object = admin) =>
    (await hub.http('operators.performance', input, as)).body;
  expect(ok(await ask({ ...PERIOD, operatorId })).total).toMatchObject({ calls: 0, refused: 0, changes: 0 });
  expect(refused(await ask(PERIOD)).details?.[0]?.path).toBe('operatorId');
  const backwards = { operatorId, from: '2026-03-02', to: '2026-03-01' };
  expect(refused(await ask(backwards)).details?.[0]?.path).toBe('from');
  expect(refused(await ask({}, {})).code).toBe('UNAUTHENTICATED');
  expect(refused(await ask({}, await hub.account('bettor'))).code).toBe('FORBIDDEN');
});
