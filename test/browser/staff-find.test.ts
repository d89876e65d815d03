import type { Browser } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ok } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import { nationalId, open, visitAs } from './staff-support.ts';
import { hasChromium, startForAll } from './support.ts';

describe.skipIf(!hasChromium)('how staff find people', () => {
  let hub: TestHub;
  let browser: Browser;

  startForAll((started) => {
    ({ hub, browser } = started);
  });

  test('by the reference they quote, and by name and date of birth; what is wrong stands at its field', async () => {
    const { token } = await hub.admin();
    const person = nationalId();
    const input = {
      ...{ identifiers: [person], period: '7d', source: 'court' },
      person: { name: 'Nekesa Wafula', dateOfBirth: '1975-06-30' },
    };
    const { reference } = ok((await hub.http('exclusions.register', input, { token })).body);
    await using visitor = await visitAs(hub, browser, await hub.account('regulator'));
    const { page, complaints } = visitor;
    await open(page, 'people');
    const find = page.getByRole('button', { name: 'Find people' });
    const found = page.locator('[data-person]', { hasText: person.value });

    await page.getByLabel('By').selectOption('reference');
    await page.getByLabel('Reference').fill(reference.toLowerCase().replaceAll('-', ' '));
    await find.click();
    await found.waitFor();

    await page.getByLabel('By').selectOption('person');
    await page.getByLabel('Name', { exact: true }).fill('Nekesa');
    await page.getByLabel('Date of birth').fill('1975-06-30');
    await find.click();
    await page.getByText('two names at least').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Wafula Nekesa');
    await find.click();
    await found.waitFor();
    await page.getByText('two names at least').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });
});
