import type { Browser } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ok } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';
import { picture } from './person-support.ts';
import { exclude, nationalId, open, SYSTEM_SCOPES, visitAs } from './staff-support.ts';
import { hasChromium, startForAll } from './support.ts';

describe.skipIf(!hasChromium)('what the regulator watches over', () => {
  let hub: TestHub;
  let browser: Browser;

  startForAll((started) => {
    ({ hub, browser } = started);
  });

  test('an operator’s lag appears when a change is committed, and vanishes when it is acknowledged', async () => {
    const { apiKey, operatorId } = await hub.operatorKey(SYSTEM_SCOPES);
    const ask = async (name: string, input: object) => ok((await hub.http(name, input, { apiKey })).body);
    const person = nationalId();
    await ask('tokens.issue', { identifiers: [person] });
    await using visitor = await visitAs(hub, browser, await hub.account('regulator'));
    const { page, complaints } = visitor;
    await open(page, 'propagation');
    await exclude(hub, person);
    const row = page.locator(`[data-row="${operatorId}"]`);
    await row.locator('[data-lag="1"]').waitFor();
    await picture(page, 'staff-propagation');
    await row.getByRole('link').click();
    await page.getByRole('row', { name: /registered/ }).waitFor();
    await picture(page, 'staff-receipts');
    await page.getByRole('button', { name: 'Tell again' }).click();
    await page.getByText('1 change is told again.').waitFor();
    await page.getByRole('link', { name: 'Propagation' }).last().click();
    const { head } = (await ask('operators.acknowledged', {})) as { head: number };
    await ask('operators.acknowledge', { seq: head });
    await row.locator('[data-lag="0"]').waitFor();
    expect(complaints).toEqual([]);
  });

  test('an alert appears as it is raised, says why, and is gone when somebody has resolved it', async () => {
    const { apiKey } = await hub.operatorKey(SYSTEM_SCOPES);
    const ask = async (name: string, input: object) => ok((await hub.http(name, input, { apiKey })).body);
    await using visitor = await visitAs(hub, browser, await hub.account('regulator'));
    const { page, complaints } = visitor;
    await open(page, 'alerts');
    const { token } = (await ask('tokens.issue', { identifiers: [nationalId()] })) as { token: string };
    await ask('tokens.compromise', { token, reason: 'leaked' });
    const alert = page.locator('[data-alert]').filter({ hasText: 'A token is in wrong hands' });
    await alert.waitFor();
    await alert.getByText('An operator reported that a token is in wrong hands: leaked.').waitFor();
    await picture(page, 'staff-alerts');
    await page.getByRole('button', { name: 'Kiswahili' }).click();
    await page.getByText('Kampuni iliarifu kwamba tokeni iko mikononi mwa wasiohusika: imevuja.').waitFor();
    await picture(page, 'staff-alerts-swahili');
    await page.getByRole('button', { name: 'English' }).click();
    await alert.getByRole('button', { name: 'Resolve' }).click();
    await alert.getByRole('button', { name: 'Resolve' }).click();
    await alert.getByText('Enter a value.').waitFor();
    await alert.getByLabel('What was done about it').fill('The operator was called.');
    await alert.getByRole('button', { name: 'Resolve' }).click();
    await alert.waitFor({ state: 'detached' });
    await page.getByLabel('State').selectOption('resolved');
    await page.getByText('Resolved: The operator was called.').waitFor();
    expect(complaints).toEqual([]);
  });

  test('a new version of the policy is published from the one in force, and replayed', async () => {
    const { apiKey } = await hub.operatorKey();
    const check = { identifiers: [nationalId()], purpose: 'bet' };
    ok((await hub.http('exclusions.lookup', check, { apiKey })).body);
    await using visitor = await visitAs(hub, browser, await hub.account('regulator'));
    const { page, complaints } = visitor;
    await open(page, 'policy');
    await page.getByText('L.N. 112 of 2026, r. 72(1)').first().waitFor();
    await picture(page, 'staff-policy');
    await page.getByRole('link', { name: 'Publish a new version' }).click();
    await page.getByText('Minimum age', { exact: true }).click();
    const years = page.locator('[data-path="minimumAge.years"]');
    await years.fill('twenty');
    await page.getByLabel('Why').fill('Nobody below twenty-one');
    await page.getByRole('button', { name: 'Publish a new version' }).click();
    await page.getByText('Enter a whole number.').waitFor();
    await years.fill('12');
    await page.getByRole('button', { name: 'Publish a new version' }).click();
    await page.getByText('Not accepted here.', { exact: false }).waitFor();
    await probe(() => years.evaluate((element) => element === document.activeElement));
    await years.fill('21');
    await page.getByText('Purposes', { exact: true }).click();
    await page.locator('[data-path="purposes.bet.reuseSeconds"]').fill('30');
    await page.getByText('2 values are changed.').waitFor();
    await picture(page, 'staff-policy-new');
    await page.getByRole('button', { name: 'Publish a new version' }).click();
    await page.getByRole('heading', { name: 'Version 2', level: 1 }).waitFor();
    await page.getByText('Nobody below twenty-one').waitFor();
    await page.getByRole('link', { name: 'Replay this version' }).click();
    await page.getByRole('button', { name: 'Replay now' }).click();
    await page.locator('[data-replayed=done]').waitFor();
    await page.locator('[data-differing="1"]').waitFor();
    await picture(page, 'staff-replay');
    expect(complaints).toEqual([]);
  });
});
