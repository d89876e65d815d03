import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountPage } from '@kinga/server/platform/http/page.ts';
import express from 'express';
import { expect, it } from 'vitest';

const SCRIPT = `export const words = ['${'twiga '.repeat(500)}'];`;

it('the page: a plain word until it is built, then the page for every route of it, and nothing for lost files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kinga-page-'));
  const app = express();
  mountPage(app, folder);
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const get = (path: string) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  try {
    const unbuilt = await get('/');
    expect(unbuilt.status).toBe(503);
    expect(unbuilt.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await unbuilt.text()).toContain('npm run build:web');

    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<title>Kinga</title>');
    writeFileSync(join(folder, 'assets', 'app-1a2b.js'), SCRIPT);
    for (const route of ['/', '/live', '/markets/one']) {
      const page = await get(route);
      expect([route, page.status, page.headers.get('cache-control')]).toEqual([route, 200, 'no-cache']);
      expect(await page.text()).toContain('Kinga');
    }
    const asset = await get('/assets/app-1a2b.js');
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(asset.headers.get('content-encoding')).toBe('gzip');
    expect(await asset.text()).toBe(SCRIPT);
    for (const lost of ['/assets/gone.js', '/api/nothing', '/favicon.ico', '/..%2fsecrets.json']) {
      expect([lost, (await get(lost)).ok]).toEqual([lost, false]);
    }
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  }
});
