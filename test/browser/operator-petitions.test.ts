import { createHash } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ok } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { fitsThePhone, picture } from './person-support.ts';
import { nationalId, open, visitAs } from './staff-support.ts';
import { hasChromium, PHONE, startForAll } from './support.ts';

const DOCUMENT = Buffer.from('the deposits of a night');

describe.skipIf(!hasChromium)('an operator asks that its customer is excluded, in Chromium', () => {
  let hub: TestHub;
  let browser: Browser;
  startForAll((started) => {
    ({ hub, browser } = started);
  });

  const statusOf = async (value: string, apiKey: string) => {
    const check = { identifiers: [{ type: 'nationalId', value }], purpose: 'bet' };
    return ok((await hub.http('exclusions.lookup', check, { apiKey })).body).status;
  };

  async function fill(page: Page, value: string): Promise<void> {
    await page.getByRole('button', { name: 'Ask to exclude a customer' }).click();
    await page.getByRole('button', { name: 'Send the petition' }).click();
    // Whatever is missing is said where it stands.
    await page.getByText('Choose one.').waitFor();
    expect(
      await page
        .locator('[aria-invalid=true]')
        .evaluateAll((all) => all.map((element) => element.getAttribute('name'))),
    ).toEqual(['customerId', 'ground', 'ground', 'ground', 'statement']);
    await page.getByLabel('Kind of identifier 1').selectOption('nationalId');
    await page.getByRole('textbox', { name: 'Identifier 1' }).fill('12');
    await page.getByLabel('The customer’s number at your operator').fill('C-77');
    await page.getByText('Losses they cannot afford').click();
    await page.getByLabel('What happens, in your words').fill('Sixty deposits within a night.');
    await page.getByLabel('Documents').setInputFiles({
      name: 'deposits.pdf',
      mimeType: 'application/pdf',
      buffer: DOCUMENT,
    });
    await page.getByText('It cannot wait: exclude them now').click();
    await page.getByLabel('Why it cannot wait').fill('They said that they will go on.');
    await page.getByRole('button', { name: 'Send the petition' }).click();
    await page.getByText('Not a national ID: 6 to 9 digits.').waitFor();
    await page.getByRole('textbox', { name: 'Identifier 1' }).fill(value);
  }

  test('with its grounds and the digest of a document made on the spot; its colleagues see how it goes on', async () => {
    const { operatorId, apiKey } = await hub.operatorKey();
    const { apiKey: elsewhere } = await hub.operatorKey();
    const staff = await hub.account('operator', { operatorId });
    const clerk = await hub.account('regulator');
    const { value } = nationalId();
    await using visitor = await visitAs(hub, browser, staff, PHONE);
    const { page, complaints } = visitor;
    await open(page, 'petitions');
    await page.getByText('None. What your operator asks for').waitFor();
    await fill(page, value);
    const sha256 = createHash('sha256').update(DOCUMENT).digest('hex');
    await page.locator(`[data-evidence="${sha256}"]`).waitFor();
    await fitsThePhone(page);
    await picture(page, 'operator-petition-form');
    expect(await statusOf(value, elsewhere)).toBe('CLEAR');
    await page.getByRole('button', { name: 'Send the petition' }).click();
    await page.getByText('Your petition is received.').waitFor();
    await page.getByText('In force already, until the decision.').waitFor();
    expect(await statusOf(value, elsewhere)).toBe('EXCLUDED');
    expect(await statusOf(value, apiKey)).toBe('EXCLUDED');
    const id = (await page.locator('[data-petition]').getAttribute('data-petition')) ?? '';
    const read = ok((await hub.http('petitions.get', { id }, { token: clerk.token })).body);
    expect(read).toMatchObject({
      source: 'operator',
      ground: 'unaffordableLosses',
      evidence: [{ sha256, description: 'deposits.pdf', sizeBytes: DOCUMENT.length }],
      people: { customerId: 'C-77' },
    });

    const notice = { id, servedBy: 'post' };
    ok((await hub.http('petitions.serveNotice', notice, { token: clerk.token })).body);
    await using other = await visitAs(hub, browser, await hub.account('operator', { operatorId }), PHONE);
    await open(other.page, 'petitions');
    await other.page.locator('[data-petition]').getByText('The person has been told').waitFor();
    await other.page.getByText('Sixty deposits within a night.').waitFor();
    await other.page.getByText('Notice was served by: post.').waitFor();
    await fitsThePhone(other.page);
    await picture(other.page, 'operator-petitions');
    await other.page.getByLabel('State').selectOption('decided');
    await other.page.getByText('None. What your operator asks for').waitFor();
    await other.page.getByLabel('State').selectOption('');
    await other.page.getByText('Take it back').click();
    await other.page.getByRole('button', { name: 'Take the petition back' }).click();
    await other.page.getByText('The petition is taken back.').waitFor();
    expect(await statusOf(value, elsewhere)).toBe('CLEAR');
    expect([...complaints, ...other.complaints]).toEqual([]);
  });

  test('by the keyboard alone, in Swahili', async () => {
    const { operatorId } = await hub.operatorKey();
    await using visitor = await visitAs(hub, browser, await hub.account('operator', { operatorId }), {
      locale: 'sw-KE',
    });
    const { page, complaints } = visitor;
    await open(page, 'petitions');
    const keys = page.keyboard;
    await page.getByRole('button', { name: 'Omba mteja azuiwe' }).focus();
    await keys.press('Enter');
    await page.getByRole('heading', { name: 'Omba mteja azuiwe' }).waitFor();
    await keys.press('Tab');
    await keys.press('Tab');
    await keys.type(newPerson().phone);
    await keys.press('Tab');
    await keys.press('Tab');
    await keys.type('C-78');
    for (const _name of ['name', 'day', 'month', 'year', 'picker']) await keys.press('Tab');
    await keys.press('Tab');
    await keys.press('Space');
    await keys.press('Tab');
    await keys.type('Alisema hawezi kuacha.');
    await picture(page, 'operator-petition-swahili');
    await page.getByRole('button', { name: 'Tuma ombi' }).focus();
    await keys.press('Enter');
    await page.getByText('Ombi lako limepokelewa.').waitFor();
    await page.getByRole('heading', { name: 'Dalili za madhara' }).waitFor();
    expect(complaints).toEqual([]);
  });
});
