import { runConformance } from '@kinga/client-sdk';
import type { Browser } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { HONEST, integrationOf } from '../conformance/operators.ts';
import { callsOverHttp, lineOverHttp, sandboxKey } from '../conformance/support.ts';
import { newAsker, nationalId as numbered, run } from '../screening/support.ts';
import { ADMIN } from '../support/accounts.ts';
import { ok, refused } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import { codeSentTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { fitsThePhone, picture } from './person-support.ts';
import { open, visitAs } from './staff-support.ts';
import { hasChromium, PHONE, startForAll } from './support.ts';

describe.skipIf(!hasChromium)('what staff set right', () => {
  let hub: TestHub;
  let browser: Browser;
  startForAll((started) => {
    ({ hub, browser } = started);
  });

  test('a key that scanned is seen with its figures by the regulator, and unblocked by an administrator', async () => {
    const asker = await newAsker(hub, { mode: 'block' });
    for (const identifier of run(28_000_000, 25)) await asker.lookup(identifier);
    await using seeing = await visitAs(hub, browser, await hub.account('regulator'), PHONE);
    await open(seeing.page, 'operators', asker.operatorId, 'screening');
    const blocked = seeing.page.getByRole('row', { name: /screened/ }).first();
    await probe(async () => {
      if ((await seeing.page.getByText(/^blocked until/).count()) > 0) return true;
      await seeing.page.getByRole('button', { name: 'Look again' }).click();
      return false;
    });
    await blocked.getByText('blocks the key').waitFor();
    expect(await seeing.page.getByRole('button', { name: /Unblock/ }).count()).toBe(0);
    await fitsThePhone(seeing.page);
    await picture(seeing.page, 'staff-screening-phone');

    await using acting = await visitAs(hub, browser, ADMIN);
    const { page } = acting;
    await open(page, 'operators', asker.operatorId, 'screening');
    await picture(page, 'staff-screening');
    await page.getByRole('button', { name: 'Unblock screened' }).click();
    await page.getByText('The key works again').waitFor();
    await page.getByText('not blocked', { exact: true }).waitFor();
    await page.getByText(/^by staff,/).waitFor();
    expect(await asker.lookup(numbered(35_111_222))).toBe('CLEAR');
    expect([...seeing.complaints, ...acting.complaints]).toEqual([]);
  });

  test('lost second factors are reset with a word on who it is, and the owner signs in by password', async () => {
    const person = await hub.account('citizen');
    const { email, password, token } = person;
    const { phone } = newPerson();
    const request = { purpose: 'factor', contact: { type: 'phone', value: phone } };
    const { challengeId } = ok((await hub.http('identity.requestCode', request, { token })).body);
    const code = await codeSentTo(hub.platform, phone);
    ok((await hub.http('identity.addFactor', { challengeId, code, password }, { token })).body);
    const login = async () => (await hub.http('identity.login', { email, password })).body;
    expect(refused(await login()).code).toBe('SECOND_FACTOR_REQUIRED');

    await using visitor = await visitAs(hub, browser, ADMIN, PHONE);
    const { page, complaints } = visitor;
    await open(page, 'accounts', person.account.id);
    await page.locator('summary', { hasText: 'Reset the second factors' }).click();
    await page.getByRole('button', { name: 'Reset the second factors' }).click();
    await page.getByText('Enter a value.').waitFor();
    await page.getByLabel('How they have shown who they are').fill('Showed the ID card at the counter');
    await page.getByRole('button', { name: 'Reset the second factors' }).click();
    await page.getByText('Removed: 1. Sessions ended: 1.').waitFor();
    await fitsThePhone(page);
    await picture(page, 'staff-reset-factors');
    ok(await login());
    // Nothing is granted to somebody who is not of staff.
    expect(await page.getByRole('heading', { name: 'Granted to this account' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('one account of support is granted a procedure, may call it at once, and loses it again', async () => {
    const support = await hub.account('support');
    const allowed = async () => (await hub.http('alerts.list', {}, { token: support.token })).status === 200;
    expect(await allowed()).toBe(false);
    await using visitor = await visitAs(hub, browser, ADMIN);
    const { page, complaints } = visitor;
    await open(page, 'accounts', support.account.id);
    await page.getByText('Nothing beyond its role.').waitFor();
    await page.getByLabel('Procedure or topic').selectOption('alerts.list');
    await page.getByRole('button', { name: 'Grant', exact: true }).click();
    await page.locator('[data-granted="alerts.list"]').waitFor();
    expect(await page.getByLabel('Procedure or topic').locator('[value="alerts.list"]').count()).toBe(0);
    await picture(page, 'staff-grants');
    await probe(allowed);
    await page.getByRole('button', { name: 'Take back alerts.list' }).click();
    await page.locator('[data-granted="alerts.list"]').waitFor({ state: 'detached' });
    await probe(async () => !(await allowed()));
    expect(complaints).toEqual([]);
  });

  test('an operator’s certificate is seen on its page, before it has one and after', async () => {
    const own = await sandboxKey(hub);
    await using visitor = await visitAs(hub, browser, ADMIN);
    const { page, complaints } = visitor;
    await open(page, 'operators', own.operatorId, 'conformance');
    await page.locator('[data-certificate=none]').waitFor();
    const house = integrationOf(lineOverHttp(hub, own.apiKey), HONEST);
    expect(await runConformance(callsOverHttp(hub, own.apiKey), house)).toMatchObject({ state: 'passed' });
    await page.reload();
    await page.locator('[data-certificate=valid]').waitFor();
    await picture(page, 'staff-certificate');
    expect(complaints).toEqual([]);
  });
});
