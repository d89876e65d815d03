import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { SignedIn } from '../support/accounts.ts';
import { ok } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';
import { enter, type Visitor, visit } from './support.ts';

let digits = 52_000_000;
export const nationalId = () => ({ type: 'nationalId' as const, value: String(digits++) });

/** Somebody signed in, in a browser of their own. */
export async function visitAs(
  hub: TestHub,
  browser: Browser,
  who: Pick<SignedIn, 'email' | 'password'>,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const visitor = await visit(browser, hub.url, options);
  await enter(visitor.page, who);
  return visitor;
}

/** To a page as by its link, wherever the link is folded away. */
export async function open(page: Page, ...parts: readonly string[]): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, parts.join('/'));
  await page.locator('main h1').waitFor();
  await probe(async () => (await page.locator('p.loading').count()) === 0, {
    what: parts.join('/'),
  });
}

export const SYSTEM_SCOPES = [
  'tokens:manage',
  'exclusions:lookup',
  'exclusions:watch',
  'operator:self',
] as const;

/** Excludes somebody, by the administrator. */
export async function exclude(hub: TestHub, identifier: ReturnType<typeof nationalId>): Promise<void> {
  const { token } = await hub.admin();
  const input = { identifiers: [identifier], period: '7d', source: 'court' };
  ok((await hub.http('exclusions.register', input, { token })).body);
}
