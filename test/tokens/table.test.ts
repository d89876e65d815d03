import { randomBytes } from 'node:crypto';
import { TokenTable } from '@kinga/server/domains/tokens/memory/table.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Few different words, among them the extremes, so that hashes share shards, homes and whole prefixes. */
const word = fc.constantFrom(0, 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff);
const hash = fc.tuple(word, word, word, word).map((words) => {
  const bytes = Buffer.alloc(16);
  for (const [index, value] of words.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes.toString('latin1');
});
const entry = fc.record({
  operatorNo: fc.integer({ min: 0, max: 60 }),
  worksUntil: fc.integer({ min: 0, max: 30 }),
  keys: fc.integer({ min: 1, max: 32 }).map((count) => randomBytes(16 * count)),
});
const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('put' as const), hash, entry }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('remove' as const), hash }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('sweep' as const), before: fc.integer({ min: 1, max: 30 }) }),
  },
);
type Held = { operatorNo: number; worksUntil: number; keys: Buffer };

function heldIn(table: TokenTable, text: string): Held | undefined {
  const known = table.find(text);
  if (known === undefined) return undefined;
  const { operatorNo, worksUntil } = known;
  return { operatorNo, worksUntil, keys: Buffer.from(table.keysOf(known).join(''), 'latin1') };
}

describe('the table of tokens', () => {
  it('holds what a map would hold, whatever is put, put again, removed or swept', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 300 }), (commands) => {
        const table = new TokenTable();
        const model = new Map<string, Held>();
        const touched = new Set<string>();
        for (const step of commands) {
          if (step.do === 'sweep') {
            table.sweep(step.before);
            for (const [text, { worksUntil }] of model)
              if (worksUntil > 0 && worksUntil < step.before) model.delete(text);
            continue;
          }
          touched.add(step.hash);
          if (step.do === 'put') {
            table.put(step.hash, step.entry);
            model.set(step.hash, step.entry);
          } else {
            table.remove(step.hash);
            model.delete(step.hash);
          }
        }
        expect(table.size).toBe(model.size);
        for (const text of touched) expect(heldIn(table, text)).toEqual(model.get(text));
      }),
      { numRuns: 200 },
    );
  });

  it('takes at most 100 bytes for a token with three identifiers, reserved or grown', () => {
    const count = 100_000;
    const random = randomBytes(count * 64);
    for (const isReserved of [true, false]) {
      const table = new TokenTable();
      if (isReserved) table.reserve(count);
      for (let at = 0; at < random.length; at += 64) {
        const hash = random.toString('latin1', at, at + 16);
        table.put(hash, { operatorNo: 50, worksUntil: 0, keys: random.subarray(at + 16, at + 64) });
      }
      expect(table.size).toBe(count);
      expect(table.bytes / count).toBeLessThan(100);
    }
  });
});
