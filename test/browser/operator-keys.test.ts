import { generateKeyPairSync } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ok } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import { fitsThePhone, picture } from './person-support.ts';
import { open, visitAs } from './staff-support.ts';
import { hasChromium, PHONE, startForAll } from './support.ts';

describe.skipIf(!hasChromium)('the page of an operator’s keys', () => {
  let hub: TestHub;
  let browser: Browser;

  startForAll((started) => {
    ({ hub, browser } = started);
  });

  test('says on what terms each key works: until when, how much, from where, how it signs, what follows from abuse', async () => {
    const { operatorId } = await hub.operatorKey();
    const input = {
      ...{
        operatorId,
        label: 'till',
        scopes: ['exclusions:lookup'],
        environment: 'sandbox',
        mode: 'block',
      },
      ...{ quotaPerSecond: 50, quotaPerDay: 100_000, allowedAddresses: ['10.1.0.0/16'] },
      expiresAt: new Date(Date.now() + 40 * 86_400_000).toISOString(),
      requireSignature: { publicKey: generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }) },
    };
    const { token } = await hub.admin();
    const { keyId } = ok((await hub.http('operators.issueKey', input, { token })).body);
    const staff = await hub.account('operator', { operatorId });
    for (const options of [{}, PHONE]) {
      await using visitor = await visitAs(hub, browser, staff, options);
      const { page, complaints } = visitor;
      await open(page, 'keys');
      const row = page.locator('[data-row]', { hasText: 'till' });
      const terms = ['at most 50 a second', 'at most 100,000 a day', 'only from 10.1.0.0/16'];
      for (const term of [...terms, 'requests must be signed', 'abuse: blocks the key', /ends \d+ /]) {
        await row.getByText(term).waitFor();
      }
      await page.getByText('no quota of its own').waitFor();
      await picture(page, `operator-keys-${options === PHONE ? 'phone' : 'desktop'}`);
      if (options === PHONE) await fitsThePhone(page);
      expect(complaints).toEqual([]);
    }
    ok((await hub.http('operators.revokeKey', { keyId }, staff)).body);
    await using visitor = await visitAs(hub, browser, staff);
    await open(visitor.page, 'keys');
    const revoked = visitor.page.locator('[data-row]', { hasText: 'till' });
    await revoked.getByText(/revoked \d+ /).waitFor();
    expect(await revoked.getByText(/ends \d+ /).count()).toBe(0);
  });

  test('a certified operator whose keys sign makes a production key that signs: the page names what is missing', async () => {
    const jwk = () => generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
    const { operatorId, keyId } = await hub.operatorKey();
    const terms = { keyId, requireSignature: { publicKey: jwk() } };
    ok((await hub.http('operators.updateKey', terms, { token: (await hub.admin()).token })).body);
    await hub.database.pool.query(
      'INSERT INTO conformance_certificates (run_id, tenant_id, vectors) VALUES ($1, $2, 1)',
      [`run_of_${operatorId}`, operatorId],
    );
    const staff = await hub.account('operator', { operatorId });
    await using visitor = await visitAs(hub, browser, staff);
    const { page, complaints } = visitor;
    await open(page, 'conformance');
    await page
      .locator('details', { has: page.locator('[name=publicKey]') })
      .locator('summary')
      .click();
    await page.fill('[name=label]', 'own');
    await page
      .locator('form', { has: page.locator('[name=publicKey]') })
      .locator('[type=submit]')
      .click();
    await page.locator('[name=publicKey][aria-invalid=true]').waitFor();
    await page.fill('[name=publicKey]', jwk().x ?? '');
    await page
      .locator('form', { has: page.locator('[name=publicKey]') })
      .locator('[type=submit]')
      .click();
    expect(await page.locator('[data-secret]').textContent()).toMatch(/^kk_live_/);
    const { token } = await hub.admin();
    const { items } = ok((await hub.http('operators.listKeys', { operatorId }, { token })).body);
    expect(items.map(({ requiresSignature }) => requiresSignature)).toEqual([true, true]);
    await open(page, 'keys');
    await page.locator('[data-row]', { hasText: 'own' }).getByText('self-issued').waitFor();
    expect(await page.getByText('self-issued').count()).toBe(1);
    expect(complaints).toEqual([]);
  });
});
