import type { Browser } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { endpoint } from '../propagation/endpoint.ts';
import { ADMIN } from '../support/accounts.ts';
import type { TestHub } from '../support/hub.ts';
import { picture } from './person-support.ts';
import { open, visitAs } from './staff-support.ts';
import { hasChromium, startForAll } from './support.ts';

describe.skipIf(!hasChromium)('the pages of an operator', () => {
  let hub: TestHub;
  let browser: Browser;

  // A demonstration's endpoint may be on this machine.
  startForAll(
    (started) => {
      ({ hub, browser } = started);
    },
    { env: { DEMO: '1' } },
  );

  test('its staff applies, is approved elsewhere, makes a sandbox key and tests a webhook', async () => {
    await using hook = await endpoint(() => ({ status: 200, body: 'thank you' }));
    await using applicant = await visitAs(hub, browser, await hub.account('operator'));
    await using office = await visitAs(hub, browser, ADMIN);
    const { page } = applicant;

    await page.getByRole('button', { name: 'Send the application' }).click();
    await page.getByText('Enter a value.').first().waitFor();
    await page.getByLabel('Name of the company').fill('Simba Bets Ltd');
    await page.getByLabel('Licence number').fill('BK 0042');
    await page.getByLabel('Choose files').setInputFiles({
      name: 'licence.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('a licence'),
    });
    await page.getByText('licence.pdf').first().waitFor();
    await picture(page, 'operator-apply');
    await page.getByRole('button', { name: 'Send the application' }).click();
    await page.locator('[data-state=submitted]').waitFor();

    await open(office.page, 'applications');
    await office.page.getByRole('link', { name: 'Simba Bets Ltd' }).click();
    for (const [decision, note] of [
      ['inReview', 'We are looking at it.'],
      ['approved', 'Welcome.'],
    ] as const) {
      await office.page.getByLabel('What becomes of it').selectOption(decision);
      await office.page.getByLabel('Note to the applicant').fill(note);
      await picture(office.page, `staff-review-${decision}`);
      await office.page.getByRole('button', { name: 'Send the decision' }).click();
      await office.page.locator(`[data-state=${decision}]`).waitFor();
    }

    await page.getByRole('button', { name: 'Look again' }).click();
    await page.getByText('Welcome.').waitFor();
    await page.getByRole('button', { name: 'Open my operator' }).click();
    await page.getByRole('heading', { name: 'Simba Bets Ltd', level: 1 }).waitFor();
    await page.getByRole('heading', { name: 'Compliance score' }).waitFor();
    await page.locator('[data-score]').waitFor();
    await picture(page, 'operator-home');

    await open(page, 'keys');
    await page.getByText('Make a sandbox key').first().click();
    await page.getByLabel('Name of the key').fill('Trying things out');
    await page.getByRole('button', { name: 'Make a sandbox key' }).click();
    await page.locator('[data-secret]').waitFor();
    expect(await page.locator('[data-secret]').innerText()).toMatch(/^kk_test_/);
    await picture(page, 'operator-keys');
    await page.getByRole('button', { name: 'I have it' }).click();
    await page.getByRole('row', { name: /Trying things out/ }).waitFor();
    expect(await page.content()).not.toContain('kk_test_');

    await open(page, 'webhook');
    await page.getByLabel('Address').fill('not an address');
    await page.getByRole('button', { name: 'Set the webhook' }).click();
    await page.getByText('Not accepted here.', { exact: false }).waitFor();
    await page.getByLabel('Address').fill(hook.url);
    await page.getByRole('button', { name: 'Set the webhook' }).click();
    await page.getByRole('button', { name: 'I have it' }).click();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.locator('[data-tested=delivered]').waitFor();
    expect(hook.posts).toHaveLength(1);
    await picture(page, 'operator-webhook');
    expect(applicant.complaints).toEqual([]);
    expect(office.complaints).toEqual([]);
  });
});
