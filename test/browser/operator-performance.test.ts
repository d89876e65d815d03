import { scoreCompliance } from '@kinga/server/domains/operators/index.ts';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { ADMIN } from '../support/accounts.ts';
import type { TestHub } from '../support/hub.ts';
import { picture } from './person-support.ts';
import { open, visitAs } from './staff-support.ts';
import { hasChromium, PHONE, startForAll } from './support.ts';

/** Yesterday: a change that was acknowledged after 250 ms, a post that was taken and one that was not, and calls. */
async function aDay(hub: TestHub, operatorId: string, keyId: string): Promise<void> {
  await hub.database.pool.query(
    `INSERT INTO propagation_receipts (id, tenant_id, register_seq, handle, type, effective_at, committed_at,
       acknowledged_at, must_close)
     SELECT 'rcp_1', $1, 1, 'sub_1', 'registered', at, at, at + interval '250 ms', false
     FROM (SELECT clock_timestamp() - interval '1 day' AS at) yesterday`,
    [operatorId],
  );
  await hub.database.pool.query(
    `INSERT INTO webhook_deliveries (id, tenant_id, at, after_seq, up_to_seq, events, attempt, ms, delivered)
     SELECT gen_random_uuid()::text, $1, clock_timestamp() - interval '1 day', 0, 1, 1, 1, 40, delivered
     FROM unnest(ARRAY[true, false]) delivered`,
    [operatorId],
  );
  await hub.database.pool.query(
    `INSERT INTO key_usage (tenant_id, key_id, day, calls, refused)
     VALUES ($1, $2, (clock_timestamp() AT TIME ZONE 'Africa/Nairobi')::date - 1, 90, 10)`,
    [operatorId, keyId],
  );
}

const barOf = (page: Page, id: string) => page.locator(`[data-bar=${id}] .bars-value`).innerText();
const width = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth);

describe.skipIf(!hasChromium)('the pages of how an operator does', () => {
  let hub: TestHub;
  let browser: Browser;
  let operatorId: string;

  startForAll((started) => {
    ({ hub, browser } = started);
  });
  beforeAll(async () => {
    const key = await hub.operatorKey();
    operatorId = key.operatorId;
    await hub.database.pool.query(`UPDATE operators SET created_at = created_at - interval '1 year'`);
    await aDay(hub, operatorId, key.keyId);
    await scoreCompliance(hub.platform);
  });

  test('its staff sees on a phone what was done of what was to be done, by the keyboard every figure by day', async () => {
    const staff = await hub.account('operator', { operatorId });
    await using visitor = await visitAs(hub, browser, staff, PHONE);
    const { page, complaints } = visitor;
    await open(page, 'performance');
    expect(await barOf(page, 'acknowledged')).toBe('100%');
    expect(await barOf(page, 'delivered')).toBe('50%');
    expect(await barOf(page, 'answered')).toBe('90%');
    expect(await page.locator('[role=img]').count()).toBe(4);
    await page.getByRole('img', { name: /Time to acknowledge.*250 ms/ }).waitFor();
    await page.locator('summary', { hasText: 'Every figure by day' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('table', { name: 'Every figure by day' }).getByText('1 of 2').waitFor();
    expect(await width(page)).toBe(360);
    await picture(page, 'operator-performance');
    await open(page, 'home');
    await page.getByRole('img', { name: /Score by day/ }).waitFor();
    expect(await width(page)).toBe(360);
    await picture(page, 'operator-score-history');
    expect(complaints).toEqual([]);
  });

  test('staff finds the score in the list of operators, and its history and the figures with the operator', async () => {
    await using visitor = await visitAs(hub, browser, ADMIN);
    const { page, complaints } = visitor;
    await open(page, 'operators');
    await page.locator('[data-score]').waitFor();
    await picture(page, 'staff-operators-scores');
    await open(page, 'operators', operatorId, 'score');
    await page.getByRole('img', { name: /Score by day/ }).waitFor();
    await open(page, 'operators', operatorId, 'performance');
    expect(await barOf(page, 'answered')).toBe('90%');
    await picture(page, 'staff-operator-performance');
    expect(complaints).toEqual([]);
  });
});
