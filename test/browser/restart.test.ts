import { connect } from '@kinga/client-sdk';
import { freePort } from '@kinga/server/platform/lifecycle/free-port.ts';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN } from '../support/accounts.ts';
import { createTestDatabase } from '../support/database.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { buildPage, enter, hasChromium, launchBrowser, visit } from './support.ts';

async function register(hub: TestHub, value: string): Promise<number> {
  const { token } = await hub.admin();
  await using client = await connect({ url: hub.url, token });
  const identifiers = [{ type: 'nationalId' as const, value }];
  return (await client.exclusions.register({ identifiers, period: '7d', source: 'court' })).seq;
}

/** One that nobody is given by chance while the hub is away. */
const ownPort = async () => ({ PORT: String(await freePort()) });

describe.skipIf(!hasChromium)('the page in Chromium, when the hub restarts', () => {
  let browser: Browser;
  beforeAll(async () => {
    buildPage();
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  test('the break is shown, then it comes back by itself, having missed nothing', async () => {
    await using database = await createTestDatabase();
    await using first = await startTestHub({ database, env: await ownPort() });
    await using visitor = await visit(browser, first.url);
    const { page } = visitor;
    await enter(page, ADMIN);
    const before = await register(first, '32000001');
    await page.locator(`[data-seq="${before}"]`).waitFor();

    await first.stop();
    await page.getByRole('status').getByText('The connection was lost. Reconnecting…').waitFor();
    await page.getByText('The figures below are old.').waitFor();

    await using second = await startTestHub({ database, env: { PORT: String(first.port) } });
    const during = await register(second, '32000002');
    await page.getByRole('status').getByText(`Connected to node ${second.node}`).waitFor();
    await page.locator(`[data-seq="${during}"]`).waitFor();
    await page.getByRole('row', { name: new RegExp(second.node) }).waitFor();
    expect(await page.getByText('Continuity was lost').count()).toBe(0);
  });

  test('after a restored backup the page says that continuity was lost', async () => {
    await using database = await createTestDatabase();
    await using first = await startTestHub({ database, env: await ownPort() });
    await using visitor = await visit(browser, first.url);
    const { page } = visitor;
    await enter(page, ADMIN);
    const before = await register(first, '32000003');
    await page.locator(`[data-seq="${before}"]`).waitFor();

    await first.stop();
    await database.pool.query('UPDATE database_epoch SET epoch = gen_random_uuid()');
    await using second = await startTestHub({ database, env: { PORT: String(first.port) } });
    await page.getByRole('status').getByText(`Connected to node ${second.node}`).waitFor();
    const notice = page.locator('.notice-reset', {
      hasText: 'Changes in between are not in the list below.',
    });
    await notice.getByText(/Continuity was lost at \d\d:\d\d:\d\d/).waitFor();
    const after = await register(second, '32000004');
    await page.locator(`[data-seq="${after}"]`).waitFor();
    await notice.getByRole('button', { name: 'Dismiss' }).click();
    await notice.waitFor({ state: 'detached' });
  });
});
