import type { Browser } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ok } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import { messagesTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { fitsThePhone, PASSWORD, picture } from './person-support.ts';
import { enter, hasChromium, PHONE, startForAll, visit } from './support.ts';

const NEW_PASSWORD = 'nywila mpya kabisa';

describe.skipIf(!hasChromium)('the link of a message with a code, in Chromium', () => {
  let hub: TestHub;
  let browser: Browser;
  startForAll((started) => {
    ({ hub, browser } = started);
  });

  /** What the newest message to somebody says: its code, and the page its link leads to. */
  async function sentTo(email: string): Promise<{ code: string; link: string }> {
    const { code = '', page } = (await messagesTo(hub.platform, email)).at(-1)?.data ?? {};
    return { code, link: `${hub.url}/#${page}` };
  }

  test('makes the account, with a password chosen there, and goes on to signing in', async () => {
    const { email } = newPerson();
    ok((await hub.http('identity.register', { email, password: PASSWORD })).body);
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page, complaints } = visitor;
    const { code, link } = await sentTo(email);
    await page.goto(link);
    await page.getByText('Enter the code of the message that brought you here.').waitFor();
    await page.getByText('It makes an account of your own.').waitFor();
    expect(await page.getByRole('button', { name: 'Send a new code' }).count()).toBe(0);
    await picture(page, 'code-link');
    await page.getByLabel('Code, 6 digits').fill(code);
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Your account is made. Sign in with the password you chose.').waitFor();
    await enter(page, { email, password: NEW_PASSWORD });
    expect(complaints).toEqual([]);
  });

  test('sets a forgotten password anew; one that everybody tries first is refused, and the code stays good', async () => {
    const { email } = await hub.bettor();
    ok((await hub.http('identity.requestPasswordReset', { email })).body);
    await using visitor = await visit(browser, hub.url);
    const { page } = visitor;
    const { code, link } = await sentTo(email);
    await page.goto(link);
    await page.getByLabel('Code, 6 digits').fill(code);
    await page.getByLabel('New password').fill('qwertyuiop');
    await page.getByRole('button', { name: 'Set the new password' }).click();
    await page.getByText('Choose another one: this is easy to guess').waitFor();
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await page.getByRole('button', { name: 'Set the new password' }).click();
    await page.getByText('Your new password is set. Sign in with it.').waitFor();
    await enter(page, { email, password: NEW_PASSWORD });
  });

  test('says when it makes an account for an operator’s staff, which protects nobody', async () => {
    const { email } = newPerson();
    ok((await hub.http('identity.register', { email, password: PASSWORD, as: 'operator' })).body);
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page } = visitor;
    const { code, link } = await sentTo(email);
    await page.goto(link);
    await page.getByText('nobody can protect themselves with it').waitFor();
    await fitsThePhone(page);
    await picture(page, 'code-link-operator');
    await page.getByLabel('Code, 6 digits').fill(code);
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Your account is made.').waitFor();
    await enter(page, { email, password: NEW_PASSWORD });
    expect((await hub.signIn(email, NEW_PASSWORD)).account.role).toBe('operator');
  });

  test('asks whoever is signed in to sign out first, and then for the code', async () => {
    const me = await hub.bettor();
    ok((await hub.http('identity.requestPasswordReset', { email: me.email })).body);
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page } = visitor;
    const { link } = await sentTo(me.email);
    await enter(page, me);
    const notice = page.getByText('To use the link with the code, sign out first.');
    await page.goto(link);
    await notice.waitFor();
    await fitsThePhone(page);
    await picture(page, 'code-link-signed-in');
    await page.locator('nav a[href="#security"]').click();
    await notice.waitFor({ state: 'detached' });
    await page.goto(link);
    await page.reload();
    await notice.waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Enter the code of the message that brought you here.').waitFor();
  });

  test('from a link of no code the way back leads to asking for one', async () => {
    await using visitor = await visit(browser, hub.url);
    const { page } = visitor;
    await page.goto(`${hub.url}/#forgot/chl_none`);
    await page.getByLabel('Code, 6 digits').fill('123456');
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await page.getByRole('button', { name: 'Set the new password' }).click();
    await page.getByText('too old').waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
  });
});
