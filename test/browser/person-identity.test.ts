import { TOTP, URI } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { TestHub } from '../support/hub.ts';
import { codeSentTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { fitsThePhone, newCodeTo, open, PASSWORD, picture, signUp } from './person-support.ts';
import { enter, hasChromium, PHONE, startForAll, visit } from './support.ts';

const STEP_MS = 30_000;

describe.skipIf(!hasChromium)('who a person is, and that nobody else gets in, in Chromium', () => {
  let hub: TestHub;
  let browser: Browser;
  startForAll(
    (started) => {
      ({ hub, browser } = started);
    },
    { env: { NATIONAL_ID_PROVIDER: 'simulator' } },
  );

  /** As if the codes used so far were of long ago. */
  const forgetUsedCodes = () => hub.database.pool.query('UPDATE second_factors SET last_step = NULL');

  /** An authenticator app that was given the key which the page shows. */
  async function appOf(page: Page): Promise<() => string> {
    const link = page.getByRole('link', { name: 'The app is on this device: open it' });
    const totp = URI.parse((await link.getAttribute('href')) ?? '');
    if (!(totp instanceof TOTP)) throw new Error('not a TOTP');
    const shown = (await page.locator('.hint b.mono').innerText()).replaceAll(' ', '');
    expect(shown).toBe(totp.secret.base32);
    return () => totp.generate({ timestamp: Math.floor(Date.now() / STEP_MS) * STEP_MS });
  }

  async function signIn(page: Page, contact: string): Promise<void> {
    await page.locator('[name=email]').fill(contact);
    await page.locator('[name=password]').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  test('levels say what is missing; each is proved where it stands, and what is refused says why', async () => {
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page, complaints } = visitor;
    const { phone, email } = newPerson();
    await signUp(page, hub, phone);
    await open(page, 'Identity', 'Who I am');
    await page.getByText('1 of 3.').waitFor();
    await page.locator('[data-level=phone]').getByText('proved', { exact: true }).waitFor();
    await picture(page, 'identity');
    await page.locator('[data-level=email]').getByRole('button').click();
    await page.getByLabel('E-mail').fill('nobody');
    await page.getByRole('button', { name: 'Send the code' }).click();
    await page.getByText('Not an e-mail address.').waitFor();
    await page.getByLabel('E-mail').fill(email);
    await page.getByRole('button', { name: 'Send the code' }).click();
    await page.locator('.sheet > p:focus', { hasText: 'Sent to' }).waitFor();
    await page.getByText(`Sent to ${email}.`).waitFor();
    await fitsThePhone(page);
    await picture(page, 'identity-code');
    await page.getByLabel('Code, 6 digits').fill(await codeSentTo(hub.platform, email));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Enter your password.').waitFor();
    await page.getByLabel('Current password').fill('not this one');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('The current password is wrong.').waitFor();
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Your e-mail address is proved.').waitFor();
    await page.getByText('2 of 3.').waitFor();

    await page.locator('[data-level=nationalId]').getByRole('button').click();
    await page.getByRole('button', { name: 'Compare with the registry' }).click();
    await page.getByText('Enter your date of birth.').waitFor();
    const form = page.locator('[data-level=nationalId]');
    await form.getByLabel('National ID').fill('2345678');
    await form.getByLabel('Full name').fill('Wanjiru Kamau');
    await form.getByLabel('Date of birth').fill('1990-02-03');
    await page.getByRole('button', { name: 'Compare with the registry' }).click();
    await page.getByText('The national registry does not confirm').waitFor();
    await fitsThePhone(page);
    await picture(page, 'identity-national-id');
    await form.getByLabel('National ID').fill('23456789');
    await page.getByRole('button', { name: 'Compare with the registry' }).click();
    await page.getByText('The national registry cannot be reached.').waitFor();
    await form.getByLabel('National ID').fill('23456781');
    await page.getByRole('button', { name: 'Compare with the registry' }).click();
    await page.getByText('Your national ID is proved.').waitFor();
    await page.getByText('3 of 3.').waitFor();
    await page.getByText('confirmed by the national registry').waitFor();
    expect(complaints).toEqual([]);
  });

  test('what protects somebody excluded cannot be removed, and neither can the last way to sign in', async () => {
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page, complaints } = visitor;
    const { phone } = newPerson();
    await signUp(page, hub, phone);
    await open(page, 'Identity', 'Who I am');
    await page.getByRole('button', { name: `Remove ${phone}` }).click();
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('You sign in with it and with nothing else.').waitFor();
    await open(page, 'Protection', 'My protection');
    await page.getByText('7 days', { exact: true }).click();
    await page.getByRole('button', { name: 'Exclude me now' }).click();
    await page.getByRole('heading', { name: 'You are protected' }).waitFor();
    await open(page, 'Identity', 'Who I am');
    await page.getByRole('button', { name: `Remove ${phone}` }).click();
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('While an exclusion is not over').waitFor();
    await picture(page, 'identity-bound');
    expect(complaints).toEqual([]);
  });

  test('an authenticator app is put in force, asked for at the next sign-in, and stood in for by a recovery code', async () => {
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page, complaints } = visitor;
    const { email, phone } = newPerson();
    await signUp(page, hub, email);
    await open(page, 'Security', 'Security');
    await page.getByRole('button', { name: 'Authenticator app' }).click();
    await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
    // The button that opened it is gone: whoever goes by keyboard or is read to goes on here.
    await page.locator('.sheet > p:focus').waitFor();
    await fitsThePhone(page);
    await picture(page, 'totp');
    const code = await appOf(page);
    await page.getByLabel('Code, 6 digits').fill(code());
    await page.getByRole('button', { name: 'Put in force' }).click();
    await page.getByText('Enter your password.').waitFor();
    const current = page.locator('form', { hasText: 'Put in force' }).getByLabel('Current password');
    await current.fill('not this one');
    await page.getByRole('button', { name: 'Put in force' }).click();
    await page.getByText('The current password is wrong.').waitFor();
    await current.fill(PASSWORD);
    await page.getByRole('button', { name: 'Put in force' }).click();
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    const recovery = await page.locator('.recovery li').allInnerTexts();
    expect(recovery).toHaveLength(10);
    await fitsThePhone(page);
    await picture(page, 'recovery');
    await page.getByRole('button', { name: 'I have written them down' }).click();
    await page.getByText('10 recovery codes left.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();

    await signIn(page, email);
    await page.getByRole('heading', { name: 'One more step' }).waitFor();
    await fitsThePhone(page);
    await picture(page, 'second-step');
    await page.getByLabel('Code, 6 digits').fill('12');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Enter the code as it is in the message or the app.').waitFor();
    await forgetUsedCodes();
    await page.getByLabel('Code, 6 digits').fill(code());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Security' }).waitFor();

    // A further one is added only by whoever has one in force.
    await page.getByRole('button', { name: 'Message' }).click();
    await page.getByLabel('Phone').fill(phone);
    await page.getByRole('button', { name: 'Send the code' }).click();
    await page.getByText(`Sent to ${phone}.`).waitFor();
    await page.getByLabel('Code, 6 digits').fill(await codeSentTo(hub.platform, phone));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Prove first, by a second factor you have').waitFor();
    await picture(page, 'factor-proof');
    await page.getByLabel('Recovery code').check();
    await page.getByRole('textbox', { name: 'Recovery code' }).fill(recovery[0] ?? '');
    await page.getByRole('button', { name: 'Send a new code' }).click();
    await page.getByText('A new code is on its way.').waitFor();
    await page.getByLabel('Code, 6 digits').fill(await codeSentTo(hub.platform, phone));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('The second step is in force.').waitFor();
    await page.getByText('9 recovery codes left.').waitFor();

    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, email);
    await page.getByLabel(/^Message to/).check();
    const before = await codeSentTo(hub.platform, phone);
    await page.getByRole('button', { name: 'Send the code' }).click();
    await page.getByText(/^Sent to \+254/).waitFor();
    await page.getByLabel('Code, 6 digits').fill(await newCodeTo(hub, phone, before));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Security' }).waitFor();

    const app = page.locator('.rows li', { hasText: 'Authenticator app' });
    await app.getByRole('button', { name: 'Remove' }).click();
    await app.getByLabel('Recovery code').check();
    await app.getByRole('textbox', { name: 'Recovery code' }).fill(recovery[1] ?? '');
    await app.getByRole('button', { name: 'Remove it' }).click();
    await app.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('sessions and devices are seen and ended; whoever looked at the data is seen too', async () => {
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page, complaints } = visitor;
    const { email } = newPerson();
    await signUp(page, hub, email);
    await using other = await visit(browser, hub.url);
    await enter(other.page, { email, password: PASSWORD });
    const { token, account: admin } = await hub.admin();
    const { rows } = await hub.database.pool.query('SELECT id FROM accounts WHERE email = $1', [email]);
    await hub.http('identity.getAccount', { accountId: rows[0]?.id }, { token });

    await open(page, 'Security', 'Security');
    await page.getByText(`Staff ${admin.id}`).waitFor();
    await page.getByText('Your account was read').waitFor();
    await page.getByRole('button', { name: 'Trust it' }).click();
    await page.getByText('This device is trusted for 30 days.').waitFor();
    await fitsThePhone(page);
    await picture(page, 'security');
    await page.getByRole('button', { name: 'End', exact: true }).click();
    await page.getByText('Ended.', { exact: true }).waitFor();
    await other.page.getByText('Your session has ended. Sign in again.').waitFor();
    await enter(other.page, { email, password: PASSWORD });

    await page.getByText('Change the password').first().click();
    await page.getByLabel('Current password').fill('not this one');
    await page.getByLabel('New password').fill('another of my own');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('The current password is wrong.').waitFor();
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('The password is changed.').waitFor();
    await other.page.getByText('Your session has ended. Sign in again.').waitFor();
    expect(complaints).toEqual([]);
  });

  test('which operators asked about the person, what for and what they were answered, is seen', async () => {
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page, complaints } = visitor;
    const { email, byEmail } = newPerson();
    await signUp(page, hub, email);
    await hub.database.pool.query(
      `UPDATE account_identifiers SET verified_at = verified_at - interval '1 minute'`,
    );
    const { operatorId, apiKey } = await hub.operatorKey();
    for (const purpose of ['bet', 'marketing']) {
      await hub.http('exclusions.lookup', { identifiers: [byEmail], purpose }, { apiKey });
    }
    await probe(async () => (await hub.database.pool.query('SELECT FROM checks')).rowCount === 2);
    const { rows } = await hub.database.pool.query('SELECT name FROM operators WHERE id = $1', [operatorId]);

    await open(page, 'Security', 'Security');
    const section = page.getByRole('region', { name: 'Operators that asked about you' });
    await section.getByText('Before advertising · answered: not excluded').waitFor();
    await section.getByText('Before a bet · answered: not excluded').waitFor();
    expect(await section.getByText(rows[0]?.name).count()).toBe(2);
    expect(await section.locator('[data-bar]').innerText()).toMatch(/Week of .*2/s);
    await section.getByText('Looked through back to').waitFor();
    await fitsThePhone(page);
    await picture(page, 'security-checks');
    expect(complaints).toEqual([]);
  });

  test('a forgotten password is set anew by a code, and the old one no longer opens anything', async () => {
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page, complaints } = visitor;
    const { phone } = newPerson();
    await signUp(page, hub, phone);
    const before = await codeSentTo(hub.platform, phone);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    await page.locator('[name=email]').fill(phone);
    await page.getByRole('button', { name: 'Send me a code' }).click();
    await page.getByLabel('Code, 6 digits').fill(await newCodeTo(hub, phone, before));
    await page.getByLabel('New password').fill('remembered this time');
    await picture(page, 'forgot');
    await page.getByRole('button', { name: 'Set the new password' }).click();
    await page.getByText('Your new password is set. Sign in with it.').waitFor();
    await signIn(page, phone);
    await page.getByText('The e-mail address, the phone number or the password is wrong.').waitFor();
    await page.locator('[name=password]').fill('remembered this time');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'My protection' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('without a provider nothing is offered that leads nowhere', async () => {
    await using visitor = await visit(browser, hub.url);
    const { page } = visitor;
    await page.waitForLoadState('networkidle');
    expect(await page.getByText('Continue with your state account').count()).toBe(0);
  });
});
