import { connect } from '@kinga/client-sdk';
import type { Browser } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ADMIN } from '../support/accounts.ts';
import type { TestHub } from '../support/hub.ts';
import { enter, hasChromium, PHONE, startForAll, visit } from './support.ts';

describe.skipIf(!hasChromium)('what people find on the page in Chromium', () => {
  let hub: TestHub;
  let browser: Browser;
  startForAll((started) => {
    ({ hub, browser } = started);
  });

  test('a bettor finds help first, bets, and excludes themselves: from then on nothing takes their bet', async () => {
    const bettor = await hub.bettor([{ type: 'phone', value: '0712 000 111' }]);
    const { token } = await hub.admin();
    await using admin = await connect({ url: hub.url, token });
    await admin.markets.open({ question: 'Will it rain on Jamhuri Day?', closesAt: '2099-12-12' });
    await admin.wallet.fund({ accountId: bettor.account.id, amountMinor: '10000' });

    await using visitor = await visit(browser, hub.url, PHONE);
    const { page, complaints } = visitor;
    await enter(page, bettor);
    await expect(page.locator('main a').first().getAttribute('href')).resolves.toBe('tel:719');
    const market = page.locator('.market', { hasText: 'Will it rain on Jamhuri Day?' });
    await market.getByLabel('Stake in KES').fill('25.50');
    await market.getByText('No', { exact: true }).last().click();
    await market.getByRole('button', { name: 'Place the bet' }).click();
    await market.getByText('Placed: KES 25.50 on No.').waitFor();
    await page.locator('[data-balance]', { hasText: 'KES 74.50' }).waitFor();
    await market.getByText('pool KES 25.50').waitFor();

    await market.getByLabel('Stake in KES').fill('9000');
    await market.getByRole('button', { name: 'Place the bet' }).click();
    await market.getByText('Your wallet holds less than the stake.').waitFor();

    await page.getByText('30 days').click();
    await page.getByRole('button', { name: 'Exclude me now' }).click();
    await page.getByRole('heading', { name: 'You are protected' }).waitFor();
    expect(await page.locator('.market').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('a broadcast reaches its audience at once, waits for the others, and counts live for its sender', async () => {
    const bettor = await hub.bettor();
    const later = await hub.bettor();
    await using there = await visit(browser, hub.url, PHONE);
    await enter(there.page, bettor);
    await using sender = await visit(browser, hub.url);
    const { page } = sender;
    await enter(page, ADMIN);
    await page.getByRole('link', { name: 'Broadcasts' }).click();
    await page.getByLabel('To').selectOption({ label: 'Bettors' });
    await page.getByLabel('Severity').selectOption({ label: 'Critical' });
    await page.getByLabel('Title').fill('Markets pause');
    await page.getByLabel('Text').fill('Betting pauses at 23:00.');
    await page.getByRole('button', { name: 'Send' }).click();

    const banner = there.page.locator('.banner', { hasText: 'Markets pause' });
    await banner.getByText('Betting pauses at 23:00.').waitFor();
    await page.locator('[data-delivered="1"]').waitFor();
    await banner.getByRole('button', { name: 'I have read it' }).click();
    await banner.waitFor({ state: 'detached' });
    await page.locator('[data-acknowledged="1"]').waitFor();

    await using late = await visit(browser, hub.url, PHONE);
    await enter(late.page, later);
    await late.page.locator('.banner', { hasText: 'Markets pause' }).waitFor();
    await page.locator('[data-delivered="2"]').waitFor();
  });

  test('operator staff are told honestly that their systems do the work', async () => {
    const { operatorId } = await hub.operatorKey();
    await using visitor = await visit(browser, hub.url);
    const { page, complaints } = visitor;
    await enter(page, await hub.account('operator', { operatorId }));
    await page.getByRole('heading', { name: /^Operator /, level: 1 }).waitFor();
    const docs = await page.getByRole('link', { name: 'How to connect' }).getAttribute('href');
    await page.goto(new URL(docs ?? '', hub.url).href);
    await page.getByRole('heading', { name: 'Kinga API', level: 1 }).waitFor();
    expect(complaints).toEqual([]);
  });
});
