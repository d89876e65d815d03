import type { Browser, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { SignedIn } from '../support/accounts.ts';
import { ok } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { fitsThePhone, open, picture } from './person-support.ts';
import { enter, hasChromium, PHONE, startForAll, visit } from './support.ts';

describe.skipIf(!hasChromium)('asking for the exclusion of somebody close, in Chromium', () => {
  let hub: TestHub;
  let browser: Browser;
  startForAll((started) => {
    ({ hub, browser } = started);
  });

  const by = async (who: SignedIn, name: string, input: object) =>
    ok((await hub.http(name, input, { token: who.token })).body);

  async function file(page: Page, phone: string): Promise<string> {
    await page.getByRole('button', { name: 'Ask to exclude somebody close' }).click();
    await page.getByRole('textbox', { name: 'Identifier 1' }).fill(phone);
    await page.getByText('Serious financial hardship').click();
    await page.getByLabel('What happens, in your words').fill('The school fees are gone every month.');
    await page.getByText('1 year', { exact: true }).click();
    await page.getByLabel('Documents').setInputFiles({
      name: 'statement.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('a bank statement'),
    });
    await page.getByRole('button', { name: 'Send the petition' }).click();
    await page.getByText('Your petition is received.').waitFor();
    return (await page.locator('[data-petition]').first().getAttribute('data-petition')) ?? '';
  }

  test('family asks, the person is told, answers and appeals; each sees what is theirs to see', async () => {
    const person = newPerson();
    const subject = await hub.account('citizen', { identifiers: [person.byPhone] });
    const [clerk, judge] = await Promise.all([hub.account('regulator'), hub.account('regulator')]);
    await using family = await visit(browser, hub.url, PHONE);
    await enter(family.page, await hub.account('citizen'));
    await open(family.page, 'Petitions', 'Petitions');
    await expect(family.page.locator('main a').first().getAttribute('href')).resolves.toBe('tel:719');
    await family.page.getByText('None. What you ask for').waitFor();
    await family.page.getByText('None. What others ask for').waitFor();
    const id = await file(family.page, person.phone);
    await picture(family.page, 'others-filed');
    await family.page.getByRole('button', { name: 'Show its course' }).click();
    await family.page.getByText('The school fees are gone every month.').waitFor();
    await family.page.getByText('Documents: statement.pdf').waitFor();

    await by(clerk, 'petitions.serveNotice', { id });
    await family.page.reload();
    await family.page.getByText(/^Notice was served: /).waitFor();
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page, complaints } = visitor;
    await enter(page, subject);
    await open(page, 'Petitions', 'Petitions');
    await page.locator('[data-relation=aboutMe]').getByText('This is about you.').waitFor();
    await page.locator('[data-relation=mine]').getByText('None. What you ask for').waitFor();
    await page.getByText('Notice was served by: account, e-mail, text message.').waitFor();
    await page.getByText(/you may be heard until/).waitFor();
    // The words of the family are for the regulator.
    expect(await page.getByText('The school fees').count()).toBe(0);
    await page.getByText('Give my answer').click();
    await page.getByRole('button', { name: 'Send my answer' }).click();
    await page.getByText('Enter a value.').waitFor();
    await fitsThePhone(page);
    await picture(page, 'others-notice');
    await page.getByLabel('What you want to say').fill('I can pay what I owe.');
    await page.getByRole('button', { name: 'Send my answer' }).click();
    await page.getByText('Your answer is received.').waitFor();
    await page.getByText('The person has been heard').waitFor();

    await by(clerk, 'petitions.decide', { id, decision: 'upheld', reason: 'The statements show it.' });
    await page.reload();
    await page.getByText('Decided', { exact: true }).first().waitFor();
    await page.getByText('Appeal', { exact: true }).click();
    await page.getByLabel('Why the decision is wrong').fill('The statements are not mine.');
    await fitsThePhone(page);
    await picture(page, 'others-decided');
    await page.getByRole('button', { name: 'Send the appeal' }).click();
    await page.getByText('Your appeal is received.').waitFor();
    await open(page, 'Protection', 'My protection');
    await page.getByText('Asked for by the family.').waitFor();
    await by(judge, 'petitions.decideAppeal', { id, decision: 'reversed', reason: 'They are not.' });
    await page.reload();
    await page.getByText('Nothing protects you at this moment.').waitFor();
    expect(complaints).toEqual([]);
    expect(family.complaints).toEqual([]);
  });

  test('what is missing or not allowed is said where it stands, and a petition can be taken back', async () => {
    const [person, close] = [newPerson(), newPerson()];
    await using visitor = await visit(browser, hub.url, PHONE);
    const { page, complaints } = visitor;
    await enter(page, await hub.account('citizen', { identifiers: [person.byPhone] }));
    await open(page, 'Petitions', 'Petitions');
    await page.getByRole('button', { name: 'Ask to exclude somebody close' }).click();
    await page.getByRole('button', { name: 'Send the petition' }).click();
    await page.getByText('Choose one.').waitFor();
    await page.getByText('Enter a value.').waitFor();
    await page.getByRole('textbox', { name: 'Identifier 1' }).fill('0712');
    await page.getByText('Those who depend on them are at risk').click();
    await page.getByLabel('What happens, in your words').fill('It is so.');
    await page.getByText('It cannot wait for the decision').click();
    await page.getByLabel('Documents').setInputFiles([
      { name: 'nothing.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(0) },
      { name: 'rent.pdf', mimeType: 'application/pdf', buffer: Buffer.from('the rent') },
    ]);
    await page.getByText('nothing.pdf is empty.').waitFor();
    await page.getByRole('button', { name: 'Remove rent.pdf' }).waitFor();
    await page.getByLabel('Why it cannot wait').fill('The rent is due tomorrow.');
    await page.getByRole('button', { name: 'Send the petition' }).click();
    await page.getByText('Not a Kenyan phone number').waitFor();
    await fitsThePhone(page);
    await picture(page, 'others-form');
    await page.getByRole('textbox', { name: 'Identifier 1' }).fill(person.phone);
    await page.getByRole('button', { name: 'Send the petition' }).click();
    await page.getByText('your own: exclude yourself instead').waitFor();
    await page.getByRole('textbox', { name: 'Identifier 1' }).fill(close.phone);
    await page.getByRole('button', { name: 'Send the petition' }).click();
    await page.getByText('Asked for at once; staff look at it first.').waitFor();
    await page.getByRole('button', { name: 'Ask to exclude somebody close' }).click();
    await page.getByRole('textbox', { name: 'Identifier 1' }).fill(close.phone);
    await page.getByText('Those who depend on them are at risk').last().click();
    await page.getByLabel('What happens, in your words').fill('It still is.');
    await page.getByRole('button', { name: 'Send the petition' }).click();
    await page.getByText('There is a petition of yours about this person already').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Show its course' }).click();
    await page.getByText('Take it back').click();
    await page.getByRole('button', { name: 'Take the petition back' }).click();
    await page.getByText('The petition is taken back.').waitFor();
    await page.getByText('Taken back', { exact: true }).first().waitFor();
    expect(complaints).toEqual([]);
  });
});
