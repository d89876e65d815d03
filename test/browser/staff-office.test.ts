import type { Browser } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ADMIN } from '../support/accounts.ts';
import { ok } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import { picture } from './person-support.ts';
import { exclude, nationalId, open, visitAs } from './staff-support.ts';
import { hasChromium, startForAll } from './support.ts';

describe.skipIf(!hasChromium)('what staff decide', () => {
  let hub: TestHub;
  let browser: Browser;

  startForAll((started) => {
    ({ hub, browser } = started);
  });

  test('a court’s petition is filed by one of staff and decided by another, step by step', async () => {
    const { apiKey } = await hub.operatorKey();
    const person = nationalId();
    await using filing = await visitAs(hub, browser, await hub.account('regulator'));
    await open(filing.page, 'petitions', 'new');
    await filing.page.getByRole('textbox', { name: 'Identifier 1', exact: true }).fill(person.value);
    await filing.page.getByLabel('Statement').fill('By order of the court');
    await filing.page.getByRole('button', { name: 'File the petition' }).click();
    await filing.page.locator('[data-step=filed]').waitFor();
    await open(filing.page, 'petitions', 'new');
    await filing.page.getByRole('textbox', { name: 'Identifier 1', exact: true }).fill(person.value);
    await filing.page.getByLabel('Statement').fill('By order of the court');
    await filing.page.getByRole('button', { name: 'File the petition' }).click();
    await filing.page.getByText('There is a petition of yours about this person already').waitFor();

    await using deciding = await visitAs(hub, browser, await hub.account('regulator'));
    const { page } = deciding;
    await open(page, 'petitions');
    await page.getByRole('link', { name: /^a court/ }).click();
    const serve = page.getByRole('button', { name: 'Serve the notice' });
    expect(await page.getByLabel('How it was served').count()).toBe(0);
    await serve.click();
    // Known by a document alone: the hub can tell nobody.
    await page.getByText('No account and no contact of the person is known.').waitFor();
    await picture(page, 'staff-petition-unreached');
    await page.getByLabel('How it was served').selectOption('hand');
    await serve.click();
    await page.locator('[data-step=noticeServed]').waitFor();
    await page.locator('dt', { hasText: 'Notice served by' }).locator('xpath=../dd[text()="hand"]').waitFor();
    await page.getByText('Record the hearing').click();
    const hearing = page.locator('details[open]');
    await hearing.getByLabel('What happened').selectOption('waived');
    await hearing.getByLabel('Statement').fill('Said so by telephone');
    await hearing.getByRole('button', { name: 'Record it' }).click();
    await page.locator('[data-step=hearingWaived]').waitFor();
    await page.locator('summary', { hasText: 'Decide' }).click();
    const decision = page.locator('details').filter({ hasText: 'as petitioned' });
    // Six months were asked for; nothing longer is offered.
    expect(await decision.getByLabel('Period').locator('option').allInnerTexts()).toEqual([
      'as petitioned',
      '24 hours',
      '7 days',
      '30 days',
    ]);
    await decision.getByRole('button', { name: 'Decide' }).click();
    await decision.getByText('Enter a value.').waitFor();
    await decision.getByLabel('Reason').fill('The order is valid');
    await decision.getByRole('button', { name: 'Decide' }).click();
    await page.locator('[data-step=upheld]').waitFor();
    await picture(page, 'staff-petition');
    const check = { identifiers: [person], purpose: 'bet' };
    const { status } = ok((await hub.http('exclusions.lookup', check, { apiKey })).body);
    expect(status).toBe('EXCLUDED');
    expect([...filing.complaints, ...deciding.complaints]).toEqual([]);
  });

  test('an operator is suspended with a reason, and reinstated; its keys follow', async () => {
    const { apiKey, operatorId } = await hub.operatorKey();
    const status = async () => {
      const check = { identifiers: [nationalId()], purpose: 'bet' };
      return (await hub.http('exclusions.lookup', check, { apiKey })).status;
    };
    await using visitor = await visitAs(hub, browser, await hub.account('regulator'));
    const { page, complaints } = visitor;
    await open(page, 'operators', operatorId);
    await page.getByLabel('Valid until').fill('2031-01-31');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('31 Jan 2031', { exact: false }).waitFor();
    await page.getByLabel('Why').fill('It did not answer');
    await page.getByRole('button', { name: 'Suspend the operator' }).click();
    await page.getByRole('button', { name: 'Reinstate the operator' }).waitFor();
    expect(await status()).toBe(401);
    await picture(page, 'staff-suspended');
    await page.getByRole('button', { name: 'Reinstate the operator' }).click();
    await page.getByRole('button', { name: 'Suspend the operator' }).waitFor();
    expect(await status()).toBe(200);
    expect(complaints).toEqual([]);
  });

  test('an account is found by the beginning of its address, suspended, and its sessions end', async () => {
    const person = await hub.account('citizen');
    await using visitor = await visitAs(hub, browser, ADMIN);
    const { page, complaints } = visitor;
    await open(page, 'accounts');
    await page.getByLabel('E-mail begins with').fill(person.email.slice(0, 12));
    await page.getByLabel('Created until').fill('2020-01-01');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('Nobody is found.').waitFor();
    await page.getByLabel('Created until').fill('');
    await page.getByLabel('Created from').fill('2020-01-01');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('link', { name: person.email }).waitFor();
    await page.getByLabel('Has proved').selectOption({ label: 'Phone' });
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('Nobody is found.').waitFor();
    await page.getByLabel('Has proved').selectOption({ label: 'anything or nothing' });
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('link', { name: person.email }).click();
    await page.getByRole('heading', { name: person.email, level: 1 }).waitFor();
    await page.locator('summary', { hasText: 'Suspend the account' }).click();
    await page.getByLabel('Why it is suspended').fill('Somebody else uses it');
    await page.getByRole('button', { name: 'Suspend the account' }).click();
    await page.getByRole('button', { name: 'Reinstate the account' }).waitFor();
    await picture(page, 'staff-account');
    expect((await hub.http('identity.me', {}, { token: person.token })).status).toBe(401);
    expect(complaints).toEqual([]);
  });

  test('two records of one person are found and merged, and the merge is undone', async () => {
    const [one, other] = [nationalId(), nationalId()];
    await exclude(hub, one);
    await exclude(hub, other);
    await using visitor = await visitAs(hub, browser, await hub.account('regulator'));
    const { page, complaints } = visitor;
    await open(page, 'people');
    await page.getByRole('textbox', { name: 'Identifier 1', exact: true }).fill(one.value);
    await page.getByRole('button', { name: 'Add another identifier' }).click();
    await page.getByLabel('Kind of identifier 2').selectOption('nationalId');
    await page.getByRole('textbox', { name: 'Identifier 2', exact: true }).fill(other.value);
    await page.getByRole('button', { name: 'Find people' }).click();
    await page.locator('[data-person]').nth(1).waitFor();
    await page.locator('summary', { hasText: 'Merge two records' }).click();
    await picture(page, 'staff-people');
    await page.getByLabel('Reason').fill('The same person');
    await page.getByRole('button', { name: 'Merge two records' }).click();
    const merged = page
      .locator('[data-person]')
      .filter({ hasText: one.value })
      .filter({ hasText: other.value });
    await merged.getByRole('link').first().click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });
});
