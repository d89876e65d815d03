import type { Browser, Page, Route } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { TestHub } from '../support/hub.ts';
import { fitsThePhone, picture } from './person-support.ts';
import { hasChromium, PHONE, startForAll, visit } from './support.ts';

const SWAHILI = '**/assets/sw-*.js';
const PAGES = '**/assets/person-pages-*.js';

describe.skipIf(!hasChromium)('what the page loads later, in Chromium', () => {
  let hub: TestHub;
  let browser: Browser;
  startForAll((started) => {
    ({ hub, browser } = started);
  });

  const pick = (page: Page, name: string) => page.getByRole('button', { name }).click();
  const spoken = (page: Page) => page.evaluate(() => document.documentElement.lang);

  test('the language asked for last stays, also when the texts of another arrive after it', async () => {
    await using visitor = await visit(browser, hub.url);
    const { page } = visitor;
    const held = Promise.withResolvers<Route>();
    await page.route(SWAHILI, (route) => held.resolve(route));
    await pick(page, 'Kiswahili');
    const route = await held.promise;
    await pick(page, 'English');
    await route.continue();
    // The same texts as the page asked for: there for it when they are there for us.
    await page.evaluate(`import(${JSON.stringify(route.request().url())}).then(() => {})`);
    await page.unroute(SWAHILI);
    expect(await spoken(page)).toBe('en');
    await pick(page, 'Kiswahili');
    await page.locator('html[lang=sw]').waitFor();
  });

  test('texts that cannot be loaded are told, on a phone too, and asked for again', async () => {
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page } = visitor;
    await page.route(SWAHILI, (route) => route.abort());
    await pick(page, 'Kiswahili');
    await page.getByText('The texts could not be loaded.').waitFor();
    await fitsThePhone(page);
    expect(await spoken(page)).toBe('en');
    await page.unroute(SWAHILI);
    await pick(page, 'Kiswahili');
    await page.locator('html[lang=sw]').waitFor();
    expect(await page.getByText('The texts could not be loaded.').count()).toBe(0);
  });

  test('who reads Swahili finds the helpline in English when the texts do not come, and theirs when they do', async () => {
    const context = await browser.newContext({ locale: 'sw-KE' });
    const page = await context.newPage();
    const held = Promise.withResolvers<Route>();
    await page.route(SWAHILI, (route) => held.resolve(route));
    await page.goto(hub.url);
    const route = await held.promise;
    await page.locator('html[lang=en] .door-main').waitFor();
    await page.locator('[name=email]').fill('0712 345 678');
    await route.continue();
    await page.locator('html[lang=sw] .door-main').waitFor();
    expect(await page.locator('[name=email]').inputValue()).toBe('0712 345 678');
    await context.close();
  });

  test('pages that cannot be loaded are told to whoever signs in, and asked for again by keyboard', async () => {
    const me = await hub.account('citizen');
    await using visitor = await visit(browser, hub.url);
    const { page } = visitor;
    await page.route(PAGES, (route) => route.abort());
    await page.locator('[name=email]').fill(me.email);
    await page.locator('[name=password]').fill(me.password);
    await page.locator('[name=password]').press('Enter');
    await page.getByText('The pages could not be loaded.').waitFor();
    await page.unroute(PAGES);
    await page.getByRole('button', { name: 'Try again' }).press('Enter');
    await page.locator('#content h1').waitFor();
  });

  test('whoever waits for the pages hears so; without them there is still the helpline, and the way out', async () => {
    const me = await hub.account('citizen');
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page } = visitor;
    const held = Promise.withResolvers<Route>();
    await page.route(PAGES, (route) => held.resolve(route));
    await page.locator('[name=email]').fill(me.email);
    await page.locator('[name=password]').fill(me.password);
    await page.locator('[name=password]').press('Enter');
    const route = await held.promise;
    await page.getByRole('status').getByText('Loading').waitFor();
    await route.abort();
    await page.getByRole('alert').getByText('The pages could not be loaded.').waitFor();
    expect(await page.getByRole('link', { name: '719' }).getAttribute('href')).toBe('tel:719');
    await fitsThePhone(page);
    await picture(page, 'pages-missing');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.locator('[name=email]').waitFor();
    await page.reload();
    await page.locator('[name=email]').waitFor();
  });
});
