import { randomBytes } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHubBehind, startProvider, type TestProvider } from '../identity/oidc-support.ts';
import type { TestHub } from '../support/hub.ts';
import { codeSentTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { fitsThePhone, newCodeTo, open, PASSWORD, picture, signUp } from './person-support.ts';
import { buildPage, hasChromium, launchBrowser, PHONE, visit } from './support.ts';

const subject = () => `s-${randomBytes(6).toString('hex')}`;

describe.skipIf(!hasChromium)('signing in with an account of the state, in Chromium', () => {
  let provider: TestProvider;
  let hub: TestHub;
  let browser: Browser;
  let door: string;
  beforeAll(async () => {
    buildPage();
    provider = await startProvider();
    [hub, browser] = await Promise.all([startHubBehind(provider), launchBrowser()]);
    // Where the provider leads back to: the cookie of a sign-in belongs to this name.
    door = `http://localhost:${hub.port}`;
  });
  afterAll(async () => {
    await browser?.close();
    await hub?.[Symbol.asyncDispose]();
    await provider?.[Symbol.asyncDispose]();
  });

  test('whoever is new here is inside with one press', async () => {
    await using visitor = await visit(browser, door, PHONE);
    const { page, complaints } = visitor;
    const { email } = newPerson();
    provider.present({ subject: subject(), email });
    await page.getByRole('button', { name: 'Continue with your state account' }).waitFor();
    await fitsThePhone(page);
    await picture(page, 'door-provider');
    await page.getByRole('button', { name: 'Continue with your state account' }).click();
    await page.getByRole('heading', { name: 'My protection' }).waitFor();
    await page.getByText(`Signed in as ${email}, citizen`).last().waitFor();
    // What opened the session does not stay in the address.
    expect(new URL(page.url()).hash).toBe('');
    expect(complaints).toEqual([]);
  });

  test('who has an account here already signs in once, and from then on both open it', async () => {
    await using visitor = await visit(browser, door, PHONE);
    const { page, complaints } = visitor;
    const { email } = newPerson();
    await signUp(page, hub, email, door);
    await page.getByRole('button', { name: 'Sign out' }).click();
    const person = { subject: subject(), email };
    provider.present(person);
    const way = page.getByRole('button', { name: 'Continue with your state account' });
    await way.click();
    await page.getByText('There is an account with the address of your state account.').waitFor();
    await picture(page, 'door-link');
    await page.locator('[name=email]').fill(email);
    await page.locator('[name=password]').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'My protection' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await way.click();
    await page.getByRole('heading', { name: 'My protection' }).waitFor();
    await open(page, 'Identity', 'Who I am');
    await page.getByRole('button', { name: 'No longer sign in with it' }).click();
    await page.getByText('Done. It no longer opens this account.').waitFor();
    expect(complaints).toEqual([]);
  });

  /** Somebody with a state account and no password comes for the first time. */
  async function arrive(page: Page, { email }: { readonly email: string }): Promise<void> {
    provider.present({ subject: subject(), email });
    await page.getByRole('button', { name: 'Continue with your state account' }).click();
    await page.getByRole('heading', { name: 'My protection' }).waitFor();
  }

  /** A phone is given and its code entered; then a code goes to the address that was proved before. */
  async function proveNewPhone(
    page: Page,
    { email, phone }: { readonly email: string; readonly phone: string },
  ) {
    await page.getByLabel('Phone').fill(phone);
    await page.getByRole('button', { name: 'Send the code' }).click();
    await page.getByText(`Sent to ${phone}.`).waitFor();
    await page.getByLabel('Code, 6 digits').fill(await codeSentTo(hub.platform, phone));
    await page.getByRole('button', { name: 'Send the code' }).click();
    await page.getByText(`Sent to ${email}.`).waitFor();
    await fitsThePhone(page);
  }

  test('without a password the first second step takes a code to where one was reached before', async () => {
    await using visitor = await visit(browser, door, PHONE);
    const { page, complaints } = visitor;
    const person = newPerson();
    await arrive(page, person);
    await open(page, 'Security', 'Security');
    await page.getByRole('button', { name: 'Message' }).click();
    await proveNewPhone(page, person);
    await picture(page, 'factor-contact-proof');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Enter the code as it is in the message or the app.').waitFor();
    await page.getByLabel('The code we sent you').fill(await codeSentTo(hub.platform, person.email));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('The second step is in force.').waitFor();
    expect(complaints).toEqual([]);
  });

  test('nor is a contact added or removed without a code to where one was reached before', async () => {
    await using visitor = await visit(browser, door, PHONE);
    const { page, complaints } = visitor;
    const person = newPerson();
    await arrive(page, person);
    await open(page, 'Identity', 'Who I am');
    await page.getByRole('button', { name: '+ Phone' }).click();
    await proveNewPhone(page, person);
    await picture(page, 'contact-owner-proof');
    const first = await codeSentTo(hub.platform, person.email);
    await page.getByLabel('The code we sent you').fill(first);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Added and proved.').waitFor();

    await page.getByRole('button', { name: `Remove ${person.phone}` }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('Enter the code as it is in the message or the app.').waitFor();
    await page.getByRole('button', { name: 'Send the code' }).click();
    await page.getByText(`Sent to ${person.email}.`).waitFor();
    await page.getByLabel('The code we sent you').fill(await newCodeTo(hub, person.email, first));
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('Removed.', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('a provider’s refusal is told in words, and leaves every other way open', async () => {
    await using visitor = await visit(browser, door, PHONE);
    const { page } = visitor;
    provider.present({ subject: subject(), email: newPerson().email, emailVerified: false });
    await page.getByRole('button', { name: 'Continue with your state account' }).click();
    await page.getByText('Your state account has no confirmed e-mail address.').waitFor();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.goto(`${door}/#oidc=nothing-of-ours`);
    await page.reload();
    await page.getByText('That took too long. Begin again.').waitFor();
  });
});
