import type { Browser, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ADMIN } from '../support/accounts.ts';
import type { TestHub } from '../support/hub.ts';
import { codeSentTo, messagesTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { fitsThePhone, PASSWORD, picture } from './person-support.ts';
import { open, visitAs } from './staff-support.ts';
import { hasChromium, PHONE, startForAll, visit } from './support.ts';

describe.skipIf(!hasChromium)('an operator begins by itself', () => {
  let hub: TestHub;
  let browser: Browser;

  startForAll((started) => {
    ({ hub, browser } = started);
  });

  async function invitationTo(email: string): Promise<string> {
    return await probe(async () => {
      const sent = await messagesTo(hub.platform, email);
      return sent.find(({ template }) => template === 'invitation')?.data.code;
    });
  }

  /** At the door, by the code of the message. */
  async function accept(page: Page, code: string): Promise<void> {
    await page.getByRole('link', { name: 'I was invited' }).click();
    await page.getByLabel('Code of the invitation').fill(code);
    await page.locator('[name=password]').fill(PASSWORD);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.locator('#content h1').waitFor();
  }

  test('its staff sign up at the door, on a phone too, and are shown the application', async () => {
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page } = visitor;
    await page.getByRole('link', { name: 'Create an account' }).click();
    await page.getByRole('link', { name: 'I apply for a betting operator' }).click();
    await page.getByRole('heading', { name: 'Apply for an operator' }).waitFor();
    await page.locator('[name=email]').fill('0712345678');
    await page.locator('[name=password]').fill(PASSWORD);
    await page.locator('button[type=submit]').click();
    await page.locator('[name=email][aria-invalid=true]').waitFor();
    await fitsThePhone(page);
    await picture(page, 'operator-sign-up');
    const { email } = newPerson();
    await page.locator('[name=email]').fill(email);
    await page.locator('button[type=submit]').click();
    await page.locator('[name=code]').waitFor();
    await page.locator('[name=code]').fill(await codeSentTo(hub.platform, email));
    await page.locator('button[type=submit]').click();
    await page.getByRole('heading', { name: 'Apply to be an operator', level: 1 }).waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  test('a colleague is invited, comes by the code, and is removed', async () => {
    const { operatorId } = await hub.operatorKey();
    await using staff = await visitAs(hub, browser, await hub.account('operator', { operatorId }));
    await open(staff.page, 'staff');
    const { email } = newPerson();
    await staff.page.getByRole('textbox', { name: 'E-mail address' }).fill(email);
    await staff.page.getByRole('button', { name: 'Send the invitation' }).click();
    await staff.page.getByRole('row', { name: new RegExp(`${email}.*invited`) }).waitFor();
    await picture(staff.page, 'operator-staff');

    await using colleague = await visit(browser, hub.url);
    await accept(colleague.page, await invitationTo(email));
    await colleague.page.getByRole('heading', { name: 'Compliance score' }).waitFor();

    await staff.page.reload();
    const row = staff.page.getByRole('row', { name: new RegExp(`${email}.*works here`) });
    await row.getByRole('button', { name: /Remove/ }).click();
    await row.getByRole('button', { name: /Yes, at once/ }).click();
    await colleague.page.locator('[name=email]').waitFor();
    await row.waitFor({ state: 'detached' });
    expect(staff.complaints).toEqual([]);
  });

  test('an administrator invites a colleague, who chooses a password, and gives them another role', async () => {
    await using office = await visitAs(hub, browser, ADMIN);
    const { page } = office;
    await open(page, 'accounts');
    await page.getByText('Invite somebody').click();
    const { email } = newPerson();
    await page.locator('[name=inviteEmail]').fill(email);
    await page.getByRole('button', { name: 'Send the invitation' }).click();
    await page.getByText(`The invitation to ${email} is on its way.`).waitFor();
    await picture(page, 'staff-invite');

    await using colleague = await visit(browser, hub.url);
    await accept(colleague.page, await invitationTo(email));
    await page.getByRole('link', { name: email }).click();
    await page.getByText('Give another role').first().click();
    await page.getByLabel('Role').selectOption('regulator');
    await picture(page, 'staff-set-role');
    await page.getByRole('button', { name: 'Give another role' }).click();
    await colleague.page.locator('[name=password]').waitFor();
    await page.locator('dd', { hasText: /^regulator$/ }).waitFor();
    expect(office.complaints).toEqual([]);
  });
});
