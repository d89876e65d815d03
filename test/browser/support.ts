import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { replace } from '@kinga/server/start/web-page.ts';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import type { SignedIn } from '../support/accounts.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';

const repo = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(repo, 'server/web/dist');
const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Without a browser these tests are skipped, by name. */
export const hasChromium = existsSync(CHROMIUM);

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

interface Started {
  readonly hub: TestHub;
  readonly browser: Browser;
}

/** One hub with the page, and one browser, for all tests of a file or of a `describe`. */
export function startForAll(
  use: (started: Started) => void,
  options: Parameters<typeof startTestHub>[0] = {},
): void {
  let hub: TestHub | undefined;
  let browser: Browser | undefined;
  const opened = new AsyncDisposableStack();
  opened.defer(() => hub?.[Symbol.asyncDispose]());
  opened.defer(() => browser?.close());
  beforeAll(async () => {
    buildPage();
    const starting = [startTestHub(options), launchBrowser()] as const;
    // Both to their end, also when one fails: what did start is closed after all.
    const [startedHub, startedBrowser] = await Promise.allSettled(starting);
    if (startedHub.status === 'fulfilled') hub = startedHub.value;
    if (startedBrowser.status === 'fulfilled') browser = startedBrowser.value;
    const [theHub, theBrowser] = await Promise.all(starting);
    use({ hub: theHub, browser: theBrowser });
  });
  afterAll(() => opened.disposeAsync());
}

/** Builds the page unless the built one is newer than everything it is made of. */
export function buildPage(): void {
  if (isBuilt()) return;
  // Another process, because NODE_ENV says `test` here and would make a development build; and aside, because
  // another test file may be doing the same while hubs serve what is there.
  const aside = join(repo, `server/web/.build-${process.pid}`);
  const next = join(aside, 'dist');
  execFileSync(join(repo, 'node_modules/.bin/vite'), ['build', join(repo, 'server/web'), '--outDir', next], {
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: 'pipe',
  });
  // Whoever was faster serves theirs already: it is not taken away under those who are loading it.
  if (!isBuilt()) replace(dist, next);
  rmSync(aside, { recursive: true });
}

function isBuilt(): boolean {
  const builtMs = statSync(join(dist, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ['server/web/src', 'server/web/public', 'client-sdk/src', 'shared/src'];
  return sources.every((path) => newest(join(repo, path)) < builtMs);
}

function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return Math.max(...files.map((name) => statSync(join(folder, name)).mtimeMs));
}

export const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  isMobile: true,
  hasTouch: true,
};

export interface Visitor extends AsyncDisposable {
  readonly page: Page;
  /** Errors on the console, refused by the content policy included; there should be none. */
  readonly complaints: readonly string[];
}

/** A fresh browser profile at the hub's door. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport: { width: 1280, height: 860 },
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  await page.getByRole('textbox', { name: /E-mail|Barua pepe/ }).waitFor();
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

export async function enter(page: Page, who: Pick<SignedIn, 'email' | 'password'>): Promise<void> {
  await page.locator('[name=email]').fill(who.email);
  await page.locator('[name=password]').fill(who.password);
  await page.locator('button[type=submit]').click();
  await page.locator('#content h1').waitFor();
}

/** The first number in what an element says. */
export async function numberIn(page: Page, selector: string): Promise<number> {
  const text = await page.locator(selector).first().innerText();
  return Number(/[\d.,]+/.exec(text)?.[0].replaceAll(',', '') ?? Number.NaN);
}
