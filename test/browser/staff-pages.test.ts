import type { Role } from '@kinga/shared/contract/procedure.ts';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, type SignedIn } from '../support/accounts.ts';
import { ok } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import { picture } from './person-support.ts';
import { exclude, nationalId, open, SYSTEM_SCOPES, visitAs } from './staff-support.ts';
import { hasChromium, PHONE, startForAll } from './support.ts';

const width = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth);

describe.skipIf(!hasChromium)('every page of staff', () => {
  let hub: TestHub;
  let browser: Browser;
  let operatorId: string;

  startForAll((started) => {
    ({ hub, browser } = started);
  });
  beforeAll(async () => {
    const key = await hub.operatorKey(SYSTEM_SCOPES);
    operatorId = key.operatorId;
    const person = nationalId();
    ok((await hub.http('tokens.issue', { identifiers: [person] }, key)).body);
    await exclude(hub, person);
    ok((await hub.http('exclusions.lookup', { identifiers: [person], purpose: 'bet' }, key)).body);
    const { token } = await hub.account('regulator');
    const petition = {
      source: 'court',
      ground: 'courtOrder',
      period: '1y',
      identifiers: [nationalId()],
      statement: 'By order of the court',
    };
    ok((await hub.http('petitions.file', petition, { token })).body);
  });

  const signedIn = async (role: Role) =>
    role === 'admin' ? ADMIN : await hub.account(role, role === 'operator' ? { operatorId } : {});
  const pagesOf = (page: Page) =>
    page.locator('nav.side a').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));

  test.each(['admin', 'regulator', 'operator'] as const)(
    'of %s opens without a complaint, has one heading, and never scrolls sideways on a phone',
    async (role) => {
      const who = await signedIn(role);
      for (const [size, options] of [
        [1_280, {}],
        [360, PHONE],
      ] as const) {
        await using visitor = await visitAs(hub, browser, who, options);
        const { page, complaints } = visitor;
        const details = role === 'operator' ? [] : detailsOf(operatorId);
        for (const href of [...(await pagesOf(page)), ...details]) {
          await open(page, ...href.replace('#', '').split('/'));
          expect(await page.locator('main h1').count()).toBe(1);
          expect([href, await width(page)]).toEqual([href, size]);
          expect([href, await page.getByRole('alert').allInnerTexts()]).toEqual([
            href,
            expect.not.arrayContaining([expect.stringMatching(/\w/)]),
          ]);
          await picture(page, `all-${role}-${size}-${href.replaceAll(/[#/]/g, '_')}`);
        }
        expect(complaints).toEqual([]);
      }
    },
  );

  test('all of it is there in Swahili too, on a phone', async () => {
    await using visitor = await visitAs(hub, browser, ADMIN, PHONE);
    const { page } = visitor;
    await page.getByRole('button', { name: 'Kiswahili' }).click();
    for (const href of [...(await pagesOf(page)), ...detailsOf(operatorId)]) {
      await open(page, ...href.replace('#', '').split('/'));
      expect([href, await width(page)]).toEqual([href, 360]);
      await picture(page, `sw-${href.replaceAll(/[#/]/g, '_')}`);
    }
  });

  const grant = async (to: SignedIn, procedure: string) => {
    const { token } = await hub.admin();
    const input = { procedure, accountId: to.account.id };
    ok((await hub.http('identity.grantPermission', input, { token })).body);
  };

  test('support finds the pages of what was granted to it; where a link or a part leads further it says so', async () => {
    const support = await hub.account('support');
    await using visitor = await visitAs(hub, browser, support);
    const { page } = visitor;
    await page.getByRole('heading', { name: 'Welcome', level: 1 }).waitFor();
    await page.getByText('Nothing is granted to your account yet.').waitFor();
    await picture(page, 'support-nothing-granted');
    expect(await pagesOf(page)).toEqual(['#home', '#policy', '#security']);
    const lookAgain = page.getByRole('button', { name: 'Look again' });
    await grant(support, 'screening.activity');
    await lookAgain.click();
    await page.getByText('has no page of its own: screening.activity').waitFor();
    await grant(support, 'alerts.list');
    await grant(support, 'operators.list');
    await lookAgain.click();
    await page.getByRole('heading', { name: 'Alerts', level: 1 }).waitFor();
    const found = ['#alerts', '#operators', '#policy', '#security'];
    expect(await pagesOf(page)).toEqual(found);
    const refusal = page.getByText('Your account may not do this.');
    await refusal.waitFor({ state: 'detached' });
    for (const beyond of [['operators', operatorId], ['exclusions']]) {
      await open(page, ...beyond);
      await refusal.first().waitFor();
    }
    expect(await pagesOf(page)).toEqual(found);
  });

  test('a regulator finds the page of what was granted to them beside those of regulators', async () => {
    const regulator = await hub.account('regulator');
    await grant(regulator, 'identity.searchAccounts');
    await using visitor = await visitAs(hub, browser, regulator);
    const { page } = visitor;
    await page.getByRole('heading', { name: 'Live', level: 1 }).waitFor();
    expect(await pagesOf(page)).toEqual(expect.arrayContaining(['#live', '#accounts', '#permissions']));
    expect(await pagesOf(page)).not.toContain('#broadcasts');
  });

  test('on a phone the menu opens and closes by keyboard and leads everywhere', async () => {
    await using visitor = await visitAs(hub, browser, ADMIN, PHONE);
    const { page } = visitor;
    const menu = page.getByRole('button', { name: /^Menu/ });
    await menu.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Propagation' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Propagation', level: 1 }).waitFor();
    await expect(menu.getAttribute('aria-expanded')).resolves.toBe('false');
  });

  test('the report is downloaded as a file that a spreadsheet reads', async () => {
    await using visitor = await visitAs(hub, browser, ADMIN);
    const { page } = visitor;
    await open(page, 'statistics');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^kinga-report-.*\.csv$/);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(Buffer.from(chunk));
    const [head, ...rows] = Buffer.concat(chunks).toString('utf8').trim().split('\r\n');
    expect(head).toContain('"operatorId","name","licenceNo"');
    expect(rows.some((row) => row.includes(operatorId))).toBe(true);
  });
});

function detailsOf(operatorId: string): readonly string[] {
  return [
    ...['', '/score', '/conformance', '/statistics', '/performance', '/screening', '/keys', '/audit'].map(
      (tab) => `operators/${operatorId}${tab}`,
    ),
    `propagation/${operatorId}`,
    'petitions/new',
    'policy/new',
    'policy/replay',
  ];
}
