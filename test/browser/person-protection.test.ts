import type { Browser, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { DAY_MS, passTime } from '../exclusions/life-cycle/world.ts';
import type { TestHub } from '../support/hub.ts';
import { codeSentTo, messagesTo, wrongCode } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { fitsThePhone, PASSWORD, picture, signUp } from './person-support.ts';
import { enter, hasChromium, PHONE, startForAll, visit } from './support.ts';

describe.skipIf(!hasChromium)('a person’s own protection in Chromium', () => {
  let hub: TestHub;
  let browser: Browser;
  startForAll((started) => {
    ({ hub, browser } = started);
  });

  async function protect(page: Page, period: string): Promise<string> {
    await page.getByText(period, { exact: true }).click();
    await page.getByRole('button', { name: 'Exclude me now' }).click();
    await page.getByRole('heading', { name: 'You are protected' }).waitFor();
    return (await page.locator('[data-exclusion]').getAttribute('data-exclusion')) ?? '';
  }

  async function daysLater(page: Page, id: string, days: number): Promise<void> {
    await passTime(hub.database.pool, id, days * DAY_MS);
    await page.reload();
    await page.getByRole('heading', { name: 'My protection' }).waitFor();
  }

  test('from the door to protected in one go, by phone, with nothing but a number, a password and a code', async () => {
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page, complaints } = visitor;
    const { phone } = newPerson();
    await expect(page.locator('main a').first().getAttribute('href')).resolves.toBe('tel:719');
    await fitsThePhone(page);
    await picture(page, 'door');
    await page.getByRole('link', { name: 'Create an account' }).click();
    // Only the form that is to come has it; the one before asks for an address as well.
    await page.getByLabel('New password').fill('short');
    await page.getByLabel('E-mail address or phone number').fill('0712');
    await page.getByRole('button', { name: 'Send me a code' }).click();
    await page.getByText('Not a Kenyan phone number').waitFor();
    await page.getByText('Use at least 10 characters.').waitFor();
    await probe(() => page.locator('[name=email]').evaluate((it) => it === document.activeElement));
    await picture(page, 'sign-up-wrong');

    await page.getByLabel('E-mail address or phone number').fill(phone);
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Send me a code' }).click();
    const code = page.getByLabel('Code, 6 digits');
    await code.waitFor();
    await fitsThePhone(page);
    await picture(page, 'sign-up-code');
    const right = await codeSentTo(hub.platform, phone);
    await code.fill(wrongCode(right));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('This code is wrong, too old or used up.').waitFor();
    await code.fill(right);
    await page.getByRole('button', { name: 'Continue' }).click();

    await page.getByText('Nothing protects you at this moment.').waitFor();
    await page.getByText('Signed in by phone, citizen').last().waitFor();
    await expect(page.locator('main a').first().getAttribute('href')).resolves.toBe('tel:719');
    await page.getByText('you stay protected until you ask to return').waitFor();
    await fitsThePhone(page);
    await picture(page, 'protection-none');
    await protect(page, '30 days');
    await page.getByText('Done. From this moment you are protected.').waitFor();
    await page.getByText('Then it ends by itself.').waitFor();
    await fitsThePhone(page);
    await picture(page, 'protection-30d');
    expect(complaints).toEqual([]);
  });

  test('longer at any time, and never shorter; it renews as long as the person wants', async () => {
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page, complaints } = visitor;
    await signUp(page, hub, newPerson().email);
    await protect(page, '30 days');
    const renewal = page.getByRole('switch', { name: 'Begin anew at the end' });
    await renewal.click();
    await page.getByText('it begins again each time').waitFor();
    await page.getByText('And so on, each time').waitFor();
    await expect(renewal.getAttribute('aria-checked')).resolves.toBe('true');
    await renewal.click();
    await page.getByText('Done. It no longer begins anew.').waitFor();

    await page.getByText('Make it longer').first().click();
    // As long as it is now is no longer than it is.
    await expect(page.locator('.segments label').allInnerTexts()).resolves.toEqual([
      '30 days',
      '6 months',
      '1 year',
      'Permanent',
    ]);
    await page.getByText('1 year', { exact: true }).click();
    await page.getByText('After 1 year you stay protected until you ask to return.').waitFor();
    await fitsThePhone(page);
    await picture(page, 'extend');
    await page.getByRole('button', { name: 'Make it longer' }).click();
    await page.getByText(/Done\. It now lasts until/).waitFor();
    await page.getByText(/and after that until you ask to return\./).waitFor();
    await page.getByText(/on you may ask to return\. Until then nobody can end it\./).waitFor();
    await picture(page, 'extended');
    await page.getByText('Make it longer').first().click();
    await page.getByText('Permanent', { exact: true }).click();
    await page.getByText('After 3 years at the earliest you may ask to return.').waitFor();
    await page.getByRole('button', { name: 'Make it longer' }).click();
    await page.getByText('Done. It now has no end.').waitFor();
    await page.getByText(/for good\./).waitFor();
    expect(await page.getByRole('switch').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('the way back: not yet, asked for, thought over, taken back, asked for again and confirmed', async () => {
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page, complaints } = visitor;
    await signUp(page, hub, newPerson().email);
    const id = await protect(page, '6 months');
    await page.getByText(/From .+ on you may ask to return\./).waitFor();
    expect(await page.getByText('Return to betting').count()).toBe(0);

    await daysLater(page, id, 190);
    await page.getByText('until you ask to return. The period you chose was over').waitFor();
    await page.getByText('Return to betting').click();
    await picture(page, 'return');
    await page.getByRole('button', { name: 'Ask to return' }).click();
    await page.getByText(/Your request is noted/).waitFor();
    await page.locator('.countdown', { hasText: /^7 days to think it over$/ }).waitFor();
    expect(await page.getByRole('button', { name: 'End my protection' }).count()).toBe(0);
    await fitsThePhone(page);
    await picture(page, 'return-cooling-off');
    await page.getByRole('button', { name: 'Stay protected' }).click();
    await page.getByText('Good. You stay protected.').waitFor();

    await page.getByText('Return to betting').click();
    await page.getByRole('button', { name: 'Ask to return' }).click();
    await page.locator('.countdown', { hasText: /^7 days to think it over$/ }).waitFor();
    await daysLater(page, id, 8);
    await page.getByText('You asked to return', { exact: true }).first().waitFor();
    await picture(page, 'return-confirm');
    await page.getByRole('button', { name: 'End my protection' }).click();
    await page.getByText('Your protection has ended. You can ask for it again at any time.').waitFor();
    await page.getByText('Nothing protects you at this moment.').waitFor();
    await page.locator('.rows', { hasText: '6 months' }).waitFor();
    await picture(page, 'return-ended');
    expect(complaints).toEqual([]);
  });

  test('what can be done appears by itself when its time comes', async () => {
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page } = visitor;
    await signUp(page, hub, newPerson().email);
    const id = await protect(page, '6 months');
    await daysLater(page, id, 190);
    await page.getByText('Return to betting').click();
    await page.getByRole('button', { name: 'Ask to return' }).click();
    await page.locator('.countdown', { hasText: /^7 days to think it over$/ }).waitFor();
    // So long that the page is there before the time is over, also on a slow machine.
    await daysLater(page, id, 7 - 9 / 86_400);
    await page.locator('.countdown', { hasText: /^\d seconds? to think it over$/ }).waitFor();
    await page.getByRole('button', { name: 'End my protection' }).waitFor({ timeout: 20_000 });
  });

  test('somebody close is named, with what they are to be told, and let go', async () => {
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page, complaints } = visitor;
    const close = newPerson();
    await signUp(page, hub, newPerson().email);
    await page.getByRole('button', { name: 'Name somebody' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Enter a phone number or an e-mail address.').waitFor();
    await page.getByLabel('Name').fill('Achieng');
    await page.getByLabel('Phone').fill('12');
    for (const news of ['it is about to end', 'I ask to return', 'it has ended', 'it is made longer']) {
      await page.getByText(news).click();
    }
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Not a Kenyan phone number').waitFor();
    await fitsThePhone(page);
    await picture(page, 'support-person');
    await page.getByLabel('Phone').fill(close.phone);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Is told when: my protection begins.').waitFor();
    await picture(page, 'support-person-named');
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByLabel('Name').fill('Achieng Otieno');
    await page.getByText('it has ended').click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Is told when: my protection begins, it has ended.').waitFor();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Name somebody' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('what others asked for is theirs: the person sees it, and protects themselves beside it', async () => {
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page, complaints } = visitor;
    const person = newPerson();
    const bettor = await hub.bettor([person.byNationalId]);
    const { token } = await hub.admin();
    const input = { identifiers: [person.byNationalId], period: '7d', source: 'court' };
    await hub.http('exclusions.register', input, { token });
    await enter(page, bettor);
    await page.getByText('Asked for by a court.').waitFor();
    expect(await page.locator('.market').count()).toBe(0);
    await page.getByRole('link', { name: 'More, and what you can do: my protection' }).click();
    await page.getByRole('heading', { name: 'My protection' }).waitFor();
    await page.getByText('Protect yourself, beside what others asked for').click();
    await page.getByText('1 year', { exact: true }).click();
    await page.getByRole('button', { name: 'Exclude me now' }).click();
    await page.getByText('Done. From this moment you are protected.').waitFor();
    await page.getByRole('heading', { name: 'You are protected' }).nth(1).waitFor();
    await picture(page, 'beside');
    expect(complaints).toEqual([]);
  });

  test('by keyboard alone, from the door to protected', async () => {
    await using visitor = await visit(browser, hub.url);
    const { page } = visitor;
    const bettor = await hub.account('citizen');
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const tabTo = (selector: string) =>
      probe(async () => {
        await press('Tab');
        return await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector);
      });
    await picture(page, 'wide-door');
    await tabTo('[name=email]');
    await page.keyboard.type(bettor.email);
    await press('Tab');
    await page.keyboard.type(bettor.password);
    await press('Enter');
    await page.getByRole('heading', { name: 'My protection' }).waitFor();
    await tabTo('[name=period]');
    await press('ArrowLeft');
    await page.getByText('After 30 days it ends by itself.').waitFor();
    await tabTo('button[type=submit]');
    await press('Enter');
    await page.getByRole('heading', { name: 'You are protected' }).waitFor();
    await picture(page, 'wide-protected');
    // The button is gone; the focus is where it is said what happened.
    await probe(() => page.evaluate(() => document.activeElement?.matches('.just-said')));
    await tabTo('[role=switch]');
    await press('Space');
    await page.getByText('Done. It begins anew at its end.').waitFor();
    await tabTo('.protected summary');
    await press('Enter');
    await tabTo('.protected [name=period]');
  });

  test('Swahili from the door to protected, and it fits the phone', async () => {
    await using visitor = await visit(browser, hub.url, { ...PHONE, locale: 'sw-KE' });
    const { page, complaints } = visitor;
    const { phone } = newPerson();
    await page.getByRole('link', { name: 'Fungua akaunti' }).click();
    // Only the form that is to come has it; the one before asks for an address as well.
    await page.getByLabel('Nenosiri jipya').fill(PASSWORD);
    await page.getByLabel('Barua pepe au nambari ya simu').fill(phone);
    await picture(page, 'sw-sign-up');
    await page.getByRole('button', { name: 'Nitumie msimbo' }).click();
    await page.getByLabel('Msimbo, tarakimu 6').waitFor();
    const [message] = await messagesTo(hub.platform, phone);
    expect(message?.locale).toBe('sw');
    await page.getByLabel('Msimbo, tarakimu 6').fill(await codeSentTo(hub.platform, phone));
    await page.getByRole('button', { name: 'Endelea' }).click();
    await page.getByRole('heading', { name: 'Kinga yangu' }).waitFor();
    await page.getByText('Miezi 6', { exact: true }).click();
    await page.getByText('Kisha una siku 7 za kufikiria').waitFor();
    await fitsThePhone(page);
    await page.getByRole('button', { name: 'Nizuie sasa' }).click();
    await page.getByRole('heading', { name: 'Umekingwa' }).waitFor();
    await picture(page, 'sw-protected');
    for (const [way, heading] of [
      ['Utambulisho', 'Mimi ni nani'],
      ['Maombi', 'Maombi'],
      ['Usalama', 'Usalama'],
      ['Kinga', 'Kinga yangu'],
    ] as const) {
      await page.getByRole('link', { name: way, exact: true }).click();
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
      await page.locator('.loading').first().waitFor({ state: 'detached' });
      await fitsThePhone(page);
      await picture(page, `sw-${way}`);
    }
    expect(complaints).toEqual([]);
  });
});
