import type { Browser } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { TestHub } from '../support/hub.ts';
import { newPeople } from '../support/people.ts';
import { newTill } from '../tokens/support.ts';
import { fitsThePhone, picture } from './person-support.ts';
import { open, visitAs } from './staff-support.ts';
import { hasChromium, PHONE, startForAll } from './support.ts';

describe.skipIf(!hasChromium)('the other tokens of the same person', () => {
  let hub: TestHub;
  let browser: Browser;

  startForAll((started) => {
    ({ hub, browser } = started);
  });

  test('are found by a token or by a handle, at every operator, by the keyboard alone', async () => {
    const [person, other] = newPeople(2);
    const [mine, theirs] = [await newTill(hub), await newTill(hub)];
    const token = await mine.issue(person!.identifiers, 'customer 1');
    const found = await theirs.issue(person!.identifiers, 'customer 2');
    const byContacts = await theirs.issue([other!.byEmail]);
    const sameContacts = await mine.issue([other!.byEmail]);
    await using visitor = await visitAs(hub, browser, await hub.account('regulator'));
    const { page, complaints } = visitor;
    await open(page, 'operators', mine.operatorId, 'tokens');
    const field = page.getByLabel('Token or handle');
    await field.focus();
    await page.keyboard.type(token.token);
    await page.keyboard.press('Enter');
    const row = page.locator(`[data-row="${found.handle}"]`);
    await row.getByText('an identity document').waitFor();
    await row.getByText('active').waitFor();
    await page.getByRole('status').getByText(`1 other token of the person behind ${token.handle}.`).waitFor();
    const link = row.getByRole('link', { name: /^Operator / });
    expect(await link.getAttribute('href')).toBe(`#operators/${theirs.operatorId}/tokens`);
    await picture(page, 'staff-cross-reference');

    await field.fill(byContacts.handle);
    await field.press('Enter');
    await page.locator(`[data-row="${sameContacts.handle}"]`).getByText('every phone and e-mail').waitFor();
    await row.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('there may be none; what is no token, or nobody’s, is said at its field, on a phone and in Swahili', async () => {
    const till = await newTill(hub);
    const [person] = newPeople(1);
    const { token } = await till.issue(person!.identifiers);
    await using visitor = await visitAs(hub, browser, await hub.admin(), PHONE);
    const { page, complaints } = visitor;
    await open(page, 'operators', till.operatorId, 'tokens');
    const field = page.getByLabel('Token or handle');
    const find = page.getByRole('button', { name: 'Find the others' });
    await find.click();
    await page.getByText('Enter a value.').waitFor();
    expect(await field.evaluate((input) => input === document.activeElement)).toBe(true);
    await field.fill('bst1_nothing');
    await find.click();
    await page.getByText('Not a whole token').waitFor();
    await field.fill('tks_nobody');
    await find.click();
    await page.getByText('There is no such token and no such handle.').waitFor();
    await field.fill(token);
    await find.click();
    await page.getByText('There is no other token of this person.').waitFor();

    await (await newTill(hub)).issue(person!.identifiers);
    await find.click();
    await page.locator('[data-row]').getByText('an identity document').waitFor();
    await fitsThePhone(page);
    await picture(page, 'staff-cross-reference-phone');
    await page.getByRole('button', { name: 'Kiswahili' }).click();
    await page.getByRole('heading', { name: 'Tokeni nyingine za mtu huyo huyo' }).waitFor();
    await page.getByText('hati ya utambulisho').waitFor();
    expect(complaints).toEqual([]);
  });
});
