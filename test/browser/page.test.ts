import { connect } from '@kinga/client-sdk';
import type { Browser } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ADMIN } from '../support/accounts.ts';
import type { TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';
import { enter, hasChromium, numberIn, PHONE, startForAll, visit } from './support.ts';

let digits = 31_000_000;
const nationalId = () => ({ type: 'nationalId' as const, value: String(digits++) });

async function registerSomebody(hub: TestHub) {
  const { token } = await hub.admin();
  await using client = await connect({ url: hub.url, token });
  return await client.exclusions.register({ identifiers: [nationalId()], period: '7d', source: 'court' });
}

describe.skipIf(!hasChromium)('the page in Chromium', () => {
  let hub: TestHub;
  let browser: Browser;

  startForAll((started) => {
    ({ hub, browser } = started);
  });

  test('an administrator signs in and sees the figures move when lookups happen', async () => {
    const { apiKey } = await hub.operatorKey();
    await using operator = await connect({ url: hub.url, apiKey });
    await using visitor = await visit(browser, hub.url);
    const { page, complaints } = visitor;
    await enter(page, ADMIN);
    await expect(page.getByRole('heading', { level: 1 }).innerText()).resolves.toBe('Live');
    const ask = () => operator.exclusions.lookup({ identifiers: [nationalId()], purpose: 'bet' });
    const moved = probe(
      async () => {
        await Promise.all(Array.from({ length: 50 }, ask));
        return (
          (await numberIn(page, '[data-figure=lookups]')) > 0 &&
          (await numberIn(page, '[data-figure=latency]')) > 0
        );
      },
      { what: 'the lookups figure' },
    );
    await moved;
    const chart = page.getByRole('img', { name: /^Lookups, last five minutes\. Now [\d,]+/ });
    await chart.waitFor();
    await page.getByText(/data as of \d\d:\d\d:\d\d/).waitFor();
    await page.getByRole('row', { name: new RegExp(hub.node) }).waitFor();
    expect(await page.locator('canvas').count()).toBe(4);
    await expect(page.title()).resolves.toBe('Live · Kinga');
    expect(complaints).toEqual([]);
  });

  test('a registered exclusion appears in the list of changes, the newest first', async () => {
    await using visitor = await visit(browser, hub.url);
    const { page } = visitor;
    const before = await registerSomebody(hub);
    await enter(page, await hub.account('regulator'));
    await page.locator(`[data-seq="${before.seq}"]`).waitFor();
    const { seq } = await registerSomebody(hub);
    await page.locator(`.changes li[data-seq="${seq}"]`).waitFor();
    await expect(page.locator('.changes li').first().getAttribute('data-seq')).resolves.toBe(String(seq));
    await expect(page.locator('.changes li').first().innerText()).resolves.toMatch(
      /registered[\s\S]*s_[\w-]+[\s\S]*effective/,
    );
  });

  test('the register form names each bad field, then gives a reference, and the exclusion holds', async () => {
    const { apiKey } = await hub.operatorKey();
    await using operator = await connect({ url: hub.url, apiKey });
    await using visitor = await visit(browser, hub.url);
    const { page } = visitor;
    await enter(page, await hub.account('regulator'));
    await page.getByRole('link', { name: 'Register' }).click();
    const first = page.getByRole('textbox', { name: 'Identifier 1', exact: true });
    await first.fill('12');
    await page.getByRole('button', { name: 'Add another identifier' }).click();
    await page.getByRole('textbox', { name: 'Identifier 2', exact: true }).fill('0712');
    await page.getByRole('button', { name: 'Register the exclusion' }).click();
    await page.getByText('Not a national ID: 6 to 9 digits.').waitFor();
    await page.getByText('Not a Kenyan phone number, such as 0712 345 678.').waitFor();
    await probe(() => first.evaluate((element) => element === document.activeElement));

    const person = nationalId();
    await first.fill(person.value);
    await page.getByRole('button', { name: 'Remove identifier 2' }).click();
    await page.getByText('30 days').click();
    await page.getByRole('button', { name: 'Register the exclusion' }).click();
    await expect(page.locator('[data-reference]').innerText()).resolves.toMatch(/\w{4,}/);
    const { status } = await operator.exclusions.lookup({ identifiers: [person], purpose: 'bet' });
    expect(status).toBe('EXCLUDED');
  });

  test('a wrong password is told as such, and announced', async () => {
    await using visitor = await visit(browser, hub.url);
    const { page } = visitor;
    await page.locator('[name=email]').fill(ADMIN.email);
    await page.locator('[name=password]').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page
      .getByRole('alert')
      .getByText('The e-mail address, the phone number or the password is wrong.')
      .waitFor();
    await enter(page, ADMIN);
  });

  test('signing in needs no mouse, and the focus is always to be seen', async () => {
    await using visitor = await visit(browser, hub.url);
    const { page } = visitor;
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(element ?? document.body);
        return {
          name: element?.getAttribute('name'),
          outline: outlineStyle !== 'none' && outlineWidth !== '0px',
        };
      });
    for (let presses = 0; presses < 10 && (await focused()).name !== 'email'; presses += 1) {
      await page.keyboard.press('Tab');
      expect((await focused()).outline).toBe(true);
    }
    await page.keyboard.type(ADMIN.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(ADMIN.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Live', level: 1 }).waitFor();
    await probe(() => page.evaluate(() => document.activeElement?.tagName === 'H1'));
    // What was loaded anew is read from its beginning, where one key leads past the ways to the content.
    await page.reload();
    await page.getByRole('heading', { name: 'Live', level: 1 }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await probe(() => page.evaluate(() => document.activeElement?.tagName === 'MAIN'));
  });

  test('Swahili, chosen at the door, stays through a reload; so does the session', async () => {
    await using visitor = await visit(browser, hub.url);
    const { page } = visitor;
    await page.getByRole('button', { name: 'Kiswahili' }).click();
    await page.getByRole('button', { name: 'Ingia' }).waitFor();
    await enter(page, ADMIN);
    await page.getByRole('heading', { name: 'Hali ya sasa', level: 1 }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Hali ya sasa', level: 1 }).waitFor();
    await expect(page.evaluate(() => document.documentElement.lang)).resolves.toBe('sw');
    await page.getByRole('button', { name: 'Toka' }).click();
    await page.getByRole('button', { name: 'Ingia' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Ingia' }).waitFor();
  });

  test('a phone never scrolls sideways, in either language', async () => {
    for (const who of [ADMIN, await hub.bettor([nationalId()])]) {
      await using visitor = await visit(browser, hub.url, PHONE);
      const { page } = visitor;
      const width = () => page.evaluate(() => document.documentElement.scrollWidth);
      expect(await width()).toBe(360);
      await enter(page, who);
      for (const language of ['English', 'Kiswahili']) {
        await page.getByRole('button', { name: language }).click();
        const links = page.locator('nav a');
        for (let index = 0; index < Math.max(1, await links.count()); index += 1) {
          const menu = page.getByRole('button', { name: /^(Menu|Menyu)/ });
          if ((await menu.count()) > 0) await menu.click();
          if ((await links.count()) > 0) await links.nth(index).click();
          await page.locator('main h1').waitFor();
          expect(await width()).toBe(360);
        }
      }
    }
  });

  test('an ended session leads back to the door, and says why', async () => {
    await using visitor = await visit(browser, hub.url);
    const { page } = visitor;
    await enter(page, await hub.account('regulator'));
    const refreshToken = await page.evaluate(() => sessionStorage.getItem('kinga.refresh'));
    // Used twice: somebody else holds it too, so the hub ends every session that descends from it.
    await hub.http('identity.refresh', { refreshToken });
    await hub.http('identity.refresh', { refreshToken });
    await page.getByText('Your session has ended. Sign in again.').waitFor();
    await expect(page.evaluate(() => sessionStorage.getItem('kinga.refresh'))).resolves.toBeNull();
  });
});
