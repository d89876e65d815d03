import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { TestHub } from '../support/hub.ts';
import { codeSentTo } from '../support/messages.ts';
import { probe } from '../support/probe.ts';

export const PASSWORD = 'a password of my own';
const THUMB_PX = 44;

/** With PICTURES naming a folder: what the page looks like at this point, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.PICTURES;
  if (folder === undefined) return;
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Makes an account as people do, at the door, and is inside. */
export async function signUp(page: Page, hub: TestHub, contact: string, door = hub.url): Promise<void> {
  await page.goto(`${door}/#sign-up`);
  await page.locator('[autocomplete=new-password]').waitFor();
  await page.locator('[name=email]').fill(contact);
  await page.locator('[name=password]').fill(PASSWORD);
  await page.locator('button[type=submit]').click();
  await page.locator('[name=code]').waitFor();
  await page.locator('[name=code]').fill(await codeSentTo(hub.platform, contact));
  await page.locator('button[type=submit]').click();
  await page.locator('#content h1').waitFor();
}

/** Opens a page by its way in the head. */
export async function open(page: Page, name: string, heading: string): Promise<void> {
  await page.getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
}

/** A code that was not used yet: somebody has been sent another one than before. */
export async function newCodeTo(hub: TestHub, to: string, before: string): Promise<string> {
  return await probe(async () => {
    const code = await codeSentTo(hub.platform, to);
    return code !== before && code;
  });
}

/** Whether it fits a phone: never sideways, and everything to press as high as a thumb. */
export async function fitsThePhone(page: Page): Promise<void> {
  const found = await page.evaluate((thumb) => {
    const pressed = 'button, summary, select, input:not([type=radio], [type=checkbox], [type=file])';
    const small = Array.from(
      document.querySelectorAll<HTMLElement>(`${pressed}, .choices label, .segments label`),
    )
      .filter((element) => element.checkVisibility() && !element.classList.contains('skip'))
      .map((element) => ({
        height: element.getBoundingClientRect().height,
        text: element.outerHTML.slice(0, 90),
      }))
      .filter(({ height }) => height < thumb - 0.5);
    return { width: document.documentElement.scrollWidth, small };
  }, THUMB_PX);
  expect(found).toEqual({ width: 360, small: [] });
}
