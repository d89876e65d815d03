import { expect, test } from 'vitest';
import { en } from '../../server/web/src/i18n/en.ts';
import { sw } from '../../server/web/src/i18n/sw.ts';

function flatten(node: object, path = ''): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(node)) {
    const here = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'string') texts.set(here, value);
    else for (const [inner, text] of flatten(value, here)) texts.set(inner, text);
  }
  return texts;
}

/** What a text is filled with: `{{time}}` and tags. */
const slots = (text: string | undefined) => (text?.match(/\{\{\w+\}\}|<\/?\w+>/g) ?? []).sort();

test('English and Swahili have the same texts, filled with the same values, and none is empty', () => {
  const english = flatten(en);
  const swahili = flatten(sw);
  expect([...swahili.keys()].sort()).toEqual([...english.keys()].sort());
  for (const [key, text] of english) expect([key, slots(swahili.get(key))]).toEqual([key, slots(text)]);
  expect([...english, ...swahili].filter(([, text]) => text.trim() === '')).toEqual([]);
});

test('Swahili is Swahili: only names and signs are the same in both', () => {
  const same = [...flatten(en)].filter(([key, text]) => flatten(sw).get(key) === text).map(([key]) => key);
  expect(same.sort()).toEqual(['app.name', 'live.ms', 'live.none', 'live.p50', 'live.p99']);
});
