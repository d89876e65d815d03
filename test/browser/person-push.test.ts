import type { Browser } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ok } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import { fitsThePhone, picture } from './person-support.ts';
import { open, visitAs } from './staff-support.ts';
import { hasChromium, PHONE, startForAll } from './support.ts';

describe.skipIf(!hasChromium)('where messages appear', () => {
  let hub: TestHub;
  let browser: Browser;

  startForAll((started) => {
    ({ hub, browser } = started);
  });

  test('its owner sees every app that tells them, and ends it there, on a phone', async () => {
    const me = await hub.account('citizen');
    const register = async (platform: string, label?: string) => {
      const input = { token: `browser-test-${platform}`, platform, label };
      return ok((await hub.http('notifications.registerDevice', input, { token: me.token })).body).deviceId;
    };
    const [phone, tablet] = [await register('android', 'Amina’s phone'), await register('ios')];
    await using visitor = await visitAs(hub, browser, me, PHONE);
    const { page, complaints } = visitor;
    await open(page, 'security');
    const line = (deviceId: string) => page.locator(`[data-push-device="${deviceId}"]`);
    await line(phone).getByText('Amina’s phone').waitFor();
    await line(phone).getByText('Android phone').waitFor();
    await line(tablet).getByText('iPhone or iPad').waitFor();
    await fitsThePhone(page);
    await picture(page, 'security-push');
    await page.getByRole('button', { name: 'Kiswahili' }).click();
    const sw = line(phone).getByRole('button', { name: 'Usinijulishe hapa tena' });
    await sw.waitFor();
    const [label, button] = [await line(phone).locator('b').boundingBox(), await sw.boundingBox()];
    expect(button?.y ?? 0).toBeGreaterThan((label?.y ?? 0) + (label?.height ?? 0));
    await fitsThePhone(page);
    await picture(page, 'security-push-sw');
    await page.getByRole('button', { name: 'English' }).click();
    await line(phone).getByRole('button', { name: 'Tell me no more here' }).press('Enter');
    await line(phone).waitFor({ state: 'detached' });
    await page.getByText('Nothing appears there any more.').waitFor();
    await line(tablet).getByRole('button', { name: 'Tell me no more here' }).click();
    await page.getByText('No app tells you yet.').waitFor();
    await page.reload();
    await page.getByText('An app was removed where messages appeared').first().waitFor();
    const again = await register('ios');
    await page.reload();
    await line(again).waitFor();
    await page.getByRole('button', { name: 'End all others' }).click();
    await page.getByText('No app tells you yet.').waitFor();
    expect(complaints).toEqual([]);
  });
});
