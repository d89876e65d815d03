import { isWellFormed, newToken } from '@kinga/server/domains/tokens/format.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

it('no token is made twice, and each is well formed', () => {
  const tokens = new Set(Array.from({ length: 10_000 }, newToken));
  expect(tokens.size).toBe(10_000);
  for (const token of tokens) expect(isWellFormed(token), token).toBe(true);
});

it('a wrong character, two that changed places, a cut-off copy and more text are noticed', () => {
  const place = fc.integer({ min: 0, max: 37 });
  fc.assert(
    fc.property(place, fc.constantFrom(...ALPHABET, 'x', ' '), (at, char) => {
      const token = newToken();
      const typed = token.slice(0, at) + char + token.slice(at + 1);
      expect(isWellFormed(typed)).toBe(typed === token);
      const next = Math.min(at + 1, 37);
      const swapped =
        token.slice(0, at) +
        token
          .slice(at, next + 1)
          .split('')
          .reverse()
          .join('') +
        token.slice(next + 1);
      expect(isWellFormed(swapped)).toBe(swapped === token);
      expect(isWellFormed(token.slice(0, at))).toBe(false);
      expect(isWellFormed(token + char)).toBe(false);
    }),
    { numRuns: 500 },
  );
});
