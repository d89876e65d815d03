import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { replace } from '@kinga/server/start/web-page.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinga-test-page-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SOURCE = join(import.meta.dirname, '..', '..', 'server', 'src', 'start', 'web-page.ts');
const ROUNDS = 200;

/** Puts one page after the other into its place, as fast as it can. */
const replacer = `
  const { mkdirSync, writeFileSync } = require('node:fs');
  const { workerData: { source, folder, name, rounds } } = require('node:worker_threads');
  import(source).then(({ replace }) => {
    for (let round = 0; round < rounds; round++) {
      const draft = folder + '/' + name + '-' + round;
      mkdirSync(draft);
      writeFileSync(draft + '/index.html', name);
      replace(folder + '/dist', draft);
    }
  });`;

test('two who built the page at the same time both put it into its place', async () => {
  const ends = ['a', 'b'].map((name) => {
    const worker = new Worker(replacer, {
      eval: true,
      workerData: { source: SOURCE, folder, name, rounds: ROUNDS },
    });
    return new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
  });
  expect(await Promise.all(ends)).toEqual([0, 0]);
  expect(existsSync(join(folder, 'dist', 'index.html'))).toBe(true);
  expect(readdirSync(folder)).toEqual(['dist']);
});

test('a page that is not there yet, and one that is, give way to the new one', () => {
  for (const round of ['first', 'second']) {
    const draft = join(folder, 'draft');
    mkdirSync(draft);
    writeFileSync(join(draft, round), '');
    replace(join(folder, 'dist'), draft);
    expect(readdirSync(join(folder, 'dist'))).toEqual([round]);
  }
});
