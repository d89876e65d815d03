import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TestHub } from '../support/hub.ts';
import { exclude, newTill, type Till } from '../tokens/support.ts';
import { fitsThePhone, picture } from './person-support.ts';
import { nationalId, open, visitAs } from './staff-support.ts';
import { hasChromium, PHONE, startForAll } from './support.ts';

describe.skipIf(!hasChromium)('the page of an operator’s screening tokens', () => {
  let hub: TestHub;
  let browser: Browser;
  let till: Till;
  let staff: Awaited<ReturnType<TestHub['account']>>;

  startForAll((started) => {
    ({ hub, browser } = started);
  });
  beforeAll(async () => {
    till = await newTill(hub);
    staff = await hub.account('operator', { operatorId: till.operatorId });
  });

  test('staff see whom a token stands for, rotate it, report the new one and revoke the last, by the keyboard alone', async () => {
    const { token, handle } = await till.issue([nationalId()], 'customer 12');
    await using visitor = await visitAs(hub, browser, staff);
    const { page, complaints } = visitor;
    await open(page, 'tokens');
    const row = page.locator('[data-row="customer 12"]');
    await row.getByText(token).waitFor();
    await row.getByRole('button', { name: 'Rotate customer 12' }).focus();
    await page.keyboard.press('Enter');
    const shown = page.locator('[data-token]');
    await shown.waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('new-token');
    const rotated = await shown.innerText();
    expect(rotated).not.toBe(token);
    await row.getByText(rotated).waitFor();
    await picture(page, 'operator-tokens-rotated');

    await row.getByRole('button', { name: 'In wrong hands customer 12' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('What happened').selectOption('stolen');
    expect(await shown.count()).toBe(0);
    await picture(page, 'operator-tokens-report');
    await page.getByRole('button', { name: 'Report and replace it' }).press('Enter');
    await page.locator('[data-token]', { hasNotText: rotated }).waitFor();
    expect(await till.status(rotated)).toBe('TOKEN_REVOKED');

    await row.getByRole('button', { name: 'Revoke customer 12' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByText('The token of customer 12 is revoked').waitFor();
    await row.waitFor({ state: 'detached' });
    expect(await shown.count()).toBe(0);

    await open(page, 'tokens', handle);
    await page.getByRole('table', { name: 'Generations' }).getByText('in wrong hands').waitFor();
    await page
      .getByRole('table', { name: 'Done by this operator, and to it' })
      .getByText('token.compromised')
      .waitFor();
    await picture(page, 'operator-token-history');
    expect(complaints).toEqual([]);
  });

  test('one customer among many is found by the name the operator has for it', async () => {
    const own = await newTill(hub);
    await own.issue([nationalId()], 'customer 30');
    await own.issue([nationalId()], 'customer 31');
    const account = await hub.account('operator', { operatorId: own.operatorId });
    await using visitor = await visitAs(hub, browser, account);
    const { page, complaints } = visitor;
    await open(page, 'tokens');
    await page.locator('[data-row="customer 31"]').waitFor();
    const search = async (customer: string) => {
      await page.getByLabel('Customer', { exact: true }).fill(customer);
      await page.keyboard.press('Enter');
    };
    await search('customer 30');
    await page.locator('[data-row="customer 31"]').waitFor({ state: 'detached' });
    await page.locator('[data-row="customer 30"]').waitFor();
    await picture(page, 'operator-customer-found');
    await search('customer 32');
    await page.getByText('No token is mapped to this customer.').waitFor();
    await search('');
    await page.locator('[data-row="customer 31"]').waitFor();
    expect(complaints).toEqual([]);
  });

  test('a token is found by what somebody pasted, on a phone; what is no token, or another operator’s, is said so', async () => {
    const person = nationalId();
    await exclude(hub, [person]);
    const { token } = await till.issue([person], 'customer 13');
    expect(await till.status(token)).toBe('EXCLUDED');
    const foreign = await (await newTill(hub)).issue([person]);
    await using visitor = await visitAs(hub, browser, staff, PHONE);
    const { page, complaints } = visitor;
    await open(page, 'tokens');
    const show = page.getByRole('button', { name: 'Show its history' });
    const field = page.getByLabel('Token', { exact: true });
    await field.fill('bst1_nothing');
    await show.click();
    await page.getByText('Not a whole token').waitFor();
    await field.fill(foreign.token);
    await show.click();
    await page.getByText('Your operator has no such token.').waitFor();
    await field.fill(token);
    await show.click();
    await page.getByRole('table', { name: 'Generations' }).getByText('active').waitFor();
    await page.getByRole('img', { name: /Asked by token/ }).waitFor();
    expect(await page.locator('[data-figure=customers]').innerText()).toBe('1');
    await fitsThePhone(page);
    await picture(page, 'operator-tokens-phone');
    await page.getByRole('button', { name: 'Kiswahili' }).click();
    await page.getByRole('heading', { name: 'Tokeni za uchunguzi' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('customers beyond the first page are a press away, and staff of another operator see none; the regulator sees how many', async () => {
    const items = Array.from({ length: 25 }, (_none, index) => ({
      ...{ ref: String(index), customerId: `many ${index}`, identifiers: [nationalId()] },
    }));
    const many = await newTill(hub);
    await many.ask('tokens.issueMany', { items });
    const account = await hub.account('operator', { operatorId: many.operatorId });
    await using visitor = await visitAs(hub, browser, account);
    const { page, complaints } = visitor;
    await open(page, 'tokens');
    const rows = page.locator('[data-row^="many "]');
    await rows.nth(19).waitFor();
    expect(await rows.count()).toBe(20);
    await page.getByRole('button', { name: 'Show more' }).press('Enter');
    await rows.nth(24).waitFor();
    expect(complaints).toEqual([]);

    const { operatorId } = await newTill(hub);
    const stranger = await hub.account('operator', { operatorId });
    await using other = await visitAs(hub, browser, stranger);
    await open(other.page, 'tokens');
    await other.page.getByText('Your systems have not mapped a customer yet.').waitFor();
    await picture(other.page, 'operator-tokens-empty');

    await using staffed = await visitAs(hub, browser, await hub.account('regulator'));
    await open(staffed.page, 'operators', many.operatorId, 'tokens');
    await staffed.page.getByRole('img', { name: /Tokens issued/ }).waitFor();
    expect(await staffed.page.locator('[data-figure=active]').innerText()).toBe('25');
    await picture(staffed.page, 'staff-operator-tokens');
  });
});
