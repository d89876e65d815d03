import type { Browser, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ADMIN } from '../support/accounts.ts';
import { ok } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import { fitsThePhone, picture } from './person-support.ts';
import { nationalId, open, visitAs } from './staff-support.ts';
import { hasChromium, PHONE, startForAll } from './support.ts';

async function register(hub: TestHub, source: string, period: string, startsAt?: string) {
  const { token } = await hub.admin();
  const input = { identifiers: [nationalId()], period, source, ...(startsAt && { startsAt }) };
  return ok((await hub.http('exclusions.register', input, { token })).body);
}

const references = (page: Page) => page.locator('table [data-row] th').allInnerTexts();
const inOneYear = () => new Date(Date.now() + 200 * 86_400_000).toISOString().slice(0, 10);

describe.skipIf(!hasChromium)('the list of exclusions', () => {
  let hub: TestHub;
  let browser: Browser;

  startForAll((started) => {
    ({ hub, browser } = started);
  });

  test('says that nobody is excluded; then it is filtered, and its address is a link to the same', async () => {
    const regulator = await hub.account('regulator');
    await using visitor = await visitAs(hub, browser, regulator);
    const { page, complaints } = visitor;
    await open(page, 'exclusions');
    await page.getByText('Nobody is excluded yet.').waitFor();

    const court = await register(hub, 'court', '7d');
    const family = await register(hub, 'family', 'permanent');
    const later = await register(hub, 'court', '1y', inOneYear());
    await page.getByLabel('Asked for by').selectOption('court');
    await page.getByRole('button', { name: 'Show', exact: true }).press('Enter');
    await page.getByText('2 found.').waitFor();
    expect(await references(page)).toEqual([later.reference, court.reference]);
    // Whoever filters by the keyboard goes on from where they are.
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Show');
    await page.getByLabel('Status').selectOption('pending');
    await page.getByRole('button', { name: 'Show', exact: true }).press('Enter');
    await page.getByText('1 found.').waitFor();
    expect(await references(page)).toEqual([later.reference]);
    await picture(page, 'staff-exclusions-filtered');

    const address = page.url();
    expect(decodeURIComponent(address)).toContain('#exclusions/status=pending/source=court');
    await page.goBack();
    await page.getByText('2 found.').waitFor();
    expect(await page.getByLabel('Status').inputValue()).toBe('');
    await page.getByRole('link', { name: 'Show all' }).click();
    await page.getByText('3 found.').waitFor();
    expect(await page.getByLabel('Asked for by').inputValue()).toBe('');
    await page.goto(address);
    await page.reload();
    await page.getByText('1 found.').waitFor();
    expect(await page.getByLabel('Status').inputValue()).toBe('pending');

    await open(page, 'exclusions');
    await page.getByLabel('Reference').fill(family.reference.toLowerCase().replaceAll('-', ' '));
    await page.keyboard.press('Enter');
    await page.getByText('1 found.').waitFor();
    await page.getByRole('link', { name: family.reference }).click();
    await page.getByRole('heading', { name: family.reference, level: 1 }).waitFor();
    await page.locator('[data-person] a').click();
    await page.getByText(family.reference).waitFor();
    expect(complaints).toEqual([]);
  });

  test('on a phone: what the hub does not accept stands at its field, and nothing old beside it', async () => {
    await register(hub, 'court', '6mo');
    await using visitor = await visitAs(hub, browser, ADMIN, PHONE);
    const { page } = visitor;
    await open(page, 'exclusions', 'from=2026-03-02', 'to=2026-03-01');
    await page.locator('[name=to][aria-invalid=true]').waitFor();
    expect(await references(page)).toEqual([]);
    await picture(page, 'staff-exclusions-refused');
    await page.getByLabel('Registered until').fill('2026-03-05');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText('No exclusion is like this.').waitFor();
    expect(await page.locator('[aria-invalid=true]').count()).toBe(0);
    await open(page, 'exclusions', 'period=6mo');
    await page.getByText('1 found.').waitFor();
    await fitsThePhone(page);
    await picture(page, 'staff-exclusions-phone');
    await page.getByRole('button', { name: 'Kiswahili' }).click();
    await page.getByRole('heading', { name: 'Mazuio' }).waitFor();
    await fitsThePhone(page);
  });
});
