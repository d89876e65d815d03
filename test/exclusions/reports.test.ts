import { sendReports } from '@kinga/server/domains/exclusions/index.ts';
import { DateTime } from 'luxon';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { openWorld, type World } from './life-cycle/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.pool.query('DELETE FROM messages'));

interface Sent {
  readonly template: string;
  readonly to: string;
  readonly data: { readonly month: string; readonly csv: string };
}

async function sent(): Promise<Sent[]> {
  const { rows } = await world.pool.query<{ template: string; content: Buffer }>(
    `SELECT template, content FROM messages WHERE template = 'complianceReport' ORDER BY created_at, id`,
  );
  return rows.map(({ template, content }) => ({
    template,
    ...JSON.parse(world.hub.platform.crypto.open(content)),
  }));
}

/** An operator of some years, and whom it wants its reports to go to. */
async function operator(...reportRecipients: string[]): Promise<string> {
  const { operatorId } = await world.hub.operatorKey();
  await world.pool.query(`UPDATE operators SET created_at = created_at - interval '2 years' WHERE id = $1`, [
    operatorId,
  ]);
  const input = { operatorId, reportRecipients };
  ok((await world.hub.http('operators.updateSettings', input, { token: world.admin.token })).body);
  return operatorId;
}

const today = DateTime.now().setZone('Africa/Nairobi');

async function insertReceipt(
  operatorId: string,
  receipt: { id: string; at: Date; acknowledgedAfter: number; closedAfter: number | null },
) {
  const { id, at, acknowledgedAfter, closedAfter } = receipt;
  await world.pool.query(
    `INSERT INTO propagation_receipts (id, tenant_id, register_seq, handle, type, effective_at, committed_at,
                                       must_close, acknowledged_at, closed_at, reported_at)
     VALUES ($1, $2, 1, $1, 'registered', $3, $3, true,
             $3::timestamptz + make_interval(secs => $4),
             $3::timestamptz + make_interval(secs => $5), $3::timestamptz + make_interval(secs => $5))`,
    [id, operatorId, at, acknowledgedAfter, closedAfter],
  );
}

it('each regulator gets every row, and whom an operator names its own alone, once a month', async () => {
  const regulator = await world.hub.account('regulator');
  const [one, other] = [
    await operator('audit@one.example', 'board@one.example'),
    await operator('law@other.example'),
  ];
  const silent = await operator();
  const send = (date: string) => sendReports(world.hub.platform, { now: new Date(date) });
  const counts = await Promise.all([send('2026-10-31T21:00:00.000Z'), send('2026-11-01T05:00:00.000Z')]);
  expect(counts.reduce((sum, count) => sum + count)).toBe(4);
  expect(await send('2026-11-05T05:00:00.000Z'), 'all of them have it').toBe(0);
  const messages = await sent();
  expect(messages.map(({ to }) => to).sort()).toEqual(
    ['audit@one.example', 'board@one.example', 'law@other.example', regulator.email].sort(),
  );
  for (const { to, data } of messages) {
    expect(data.month).toBe('2026-10');
    const [head, ...rows] = data.csv.trimEnd().split('\r\n');
    expect(head).toContain('"changesInTime"');
    const expected = to === regulator.email ? [one, other, silent] : [to.includes('one') ? one : other];
    expect(rows.map((row) => row.split(',')[0]).sort()).toEqual(expected.map((id) => `"${id}"`).sort());
  }
  expect(await send('2026-12-01T05:00:00.000Z'), 'the next month').toBe(4);
  const { rows } = await world.pool.query<{ recipient: string }>('SELECT recipient FROM report_sends');
  expect(JSON.stringify(rows)).not.toContain('example');
});

it('a run that was ended goes on where it stopped; who is suspended, or came afterwards, gets none', async () => {
  const gone = await world.hub.account('regulator');
  await world.pool.query('UPDATE accounts SET suspended_at = now() WHERE id = $1', [gone.account.id]);
  const young = await operator('new@young.example');
  await world.pool.query(`UPDATE operators SET created_at = '2026-09-03T00:00:00Z' WHERE id = $1`, [young]);
  const now = new Date('2026-09-01T05:00:00.000Z');
  let turns = 0;
  const stopping = sendReports(world.hub.platform, {
    now,
    betweenRecipients: () => {
      if (++turns > 2) throw new Error('the worker is ending');
    },
  });
  await expect(stopping).rejects.toThrow('ending');
  expect(await sent()).toHaveLength(2);
  expect(await sendReports(world.hub.platform, { now })).toBe(2);
  const to = (await sent()).map((message) => message.to);
  expect(new Set(to).size).toBe(4);
  expect(to).not.toContain(gone.email);
  expect(to).not.toContain('new@young.example');
});

it('the report says how many changes were acknowledged and how many accounts closed in time', async () => {
  const id = await operator();
  const at = today.minus({ days: 3 }).toJSDate();
  await insertReceipt(id, { id: 'rcp_1', at, acknowledgedAfter: 1, closedAfter: 60 });
  await insertReceipt(id, { id: 'rcp_2', at, acknowledgedAfter: 9, closedAfter: 90_000 });
  await insertReceipt(id, { id: 'rcp_3', at, acknowledgedAfter: 2, closedAfter: null });
  const range = { from: today.minus({ days: 4 }).toISODate() ?? '', to: today.toISODate() ?? '' };
  const { rows } = ok(await world.call('exclusions.report', range, world.admin.token));
  expect(rows.find(({ operatorId }) => operatorId === id)).toMatchObject({
    changes: 3,
    changesInTime: 2,
    closings: 3,
    closingsInTime: 1,
  });
});

it('an operator’s staff and machines read their own row, and of nobody else’s that there is one', async () => {
  const { operatorId, apiKey } = await world.hub.operatorKey(['operator:self']);
  const staff = await world.hub.account('operator', { operatorId });
  await operator();
  const range = { from: today.minus({ days: 4 }).toISODate() ?? '', to: today.toISODate() ?? '' };
  for (const credentials of [{ token: staff.token }, { apiKey }]) {
    const { rows, uncounted } = ok((await world.hub.http('exclusions.report', range, credentials)).body);
    expect(rows.map((row) => row.operatorId)).toEqual([operatorId]);
    expect(uncounted, 'nobody can have the checks of today counted again and again').toContain(range.to);
  }
  const { apiKey: other } = await world.hub.operatorKey(['exclusions:lookup']);
  expect(refused((await world.hub.http('exclusions.report', range, { apiKey: other })).body).code).toBe(
    'FORBIDDEN',
  );
  const { token } = await world.hub.account('operator');
  expect(ok(await world.call('exclusions.report', range, token)).rows).toEqual([]);
});
