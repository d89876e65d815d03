import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** With PICTURES naming a folder: what the page looks like at this point, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.PICTURES;
  if (folder === undefined) return;
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
