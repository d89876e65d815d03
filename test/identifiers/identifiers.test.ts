import { canonicalise, isStrong, keysOf } from '@kinga/server/domains/identifiers/index.ts';
import { createCrypto } from '@kinga/server/platform/crypto/crypto.ts';
import { newSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import { IDENTIFIER_TYPES, type IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/mobile';
import { describe, expect, test } from 'vitest';

const canonical = (type: IdentifierType, value: string) => {
  const result = canonicalise({ type, value });
  return result.ok ? result.canonical : undefined;
};
const message = (type: IdentifierType, value: string) => {
  const result = canonicalise({ type, value });
  return result.ok ? undefined : result.message;
};

describe('phone', () => {
  test.each([
    '+254712345678',
    '254712345678',
    '00254712345678',
    '0712345678',
    '712345678',
    '+254(0)712345678',
    '254(0)712345678',
    '+2540712345678',
    ' 0712 345 678 ',
    '0712-345-678',
    '0712.345.678',
    '(0712) 345678',
    '(+254) 712 345 678',
    '0712\u00a0345\u202f678',
  ])('%s is +254712345678', (value) => expect(canonical('phone', value)).toBe('+254712345678'));

  test('the newer 01 range', () => {
    expect(canonical('phone', '0110 123 456')).toBe('+254110123456');
    expect(canonical('phone', '110123456')).toBe('+254110123456');
  });

  test.each([
    ['+44 7911 123456', '+447911123456'],
    ['+256 772 123456', '+256772123456'],
    ['+1 (202) 555-0143', '+12025550143'],
  ])('another country with its full code: %s', (value, expected) =>
    expect(canonical('phone', value)).toBe(expected),
  );

  test.each([
    '',
    '   ',
    '+',
    '0712',
    '07123456789',
    '071234567',
    '0712345678/0722345678',
    '0712345678 ext 4',
    '0712345678\n0722345678',
    '++254712345678',
    '0712+345678',
    '+0712345678',
    '0254712345678',
    '+254812345678',
    '0201234567',
    '7 1234',
    '447911123456',
    '００712345678',
    '07123٤5678',
    'O712345678',
    '7.12345678E8',
    '-',
  ])('malformed: %j', (value) => expect(message('phone', value)).toBe('not a Kenyan phone number'));

  test('agrees with libphonenumber about every Kenyan number, however it is spelt', () => {
    const spelling = fc.constantFrom(
      (n: string) => `+254${n}`,
      (n: string) => `254${n}`,
      (n: string) => `00254${n}`,
      (n: string) => `0${n}`,
      (n: string) => `+254(0)${n}`,
      (n: string) => `+254 ${n.slice(0, 3)} ${n.slice(3)}`,
      (n: string) => `(0${n.slice(0, 3)}) ${n.slice(3, 6)}-${n.slice(6)}`,
    );
    const national = fc.oneof(
      fc.tuple(fc.constantFrom('7', '1'), fc.stringMatching(/^\d{8}$/)).map(([a, b]) => a + b),
      fc.stringMatching(/^[1-9]\d{5,10}$/),
    );
    fc.assert(
      fc.property(national, spelling, (n, spell) => {
        const parsed = parsePhoneNumberFromString(`+254${n}`);
        expect(canonical('phone', spell(n))).toBe(parsed?.isValid() ? parsed.number : undefined);
      }),
      { numRuns: 3000 },
    );
  });

  test('the range of a number (three digits) and its length decide, as the fast path assumes', () => {
    for (let range = 0; range < 1000; range++) {
      const verdicts = new Set(
        ['000000', '999999', '123456', '507090'].map(
          (rest) =>
            parsePhoneNumberFromString(`+254${String(range).padStart(3, '0')}${rest}`)?.isValid() ?? false,
        ),
      );
      expect(verdicts.size, `range ${range}`).toBe(1);
    }
  });
});

describe('the other types', () => {
  test.each([
    ['nationalId', '23 456 789', '23456789'],
    ['nationalId', "'23456789", '23456789'],
    ['nationalId', '23-456-789', '23456789'],
    ['nationalId', '23–456–789', '23456789'],
    ['nationalId', '123456', '123456'],
    ['nationalId', '123456789', '123456789'],
    ['nationalId', '00123456', '00123456'],
    ['passport', ' ak 0123-456 ', 'AK0123456'],
    ['alienId', 'r-123456', 'R123456'],
    ['email', ' Amina.W@Example.CO.KE ', 'amina.w@example.co.ke'],
  ] as const)('%s %j is %j', (type, value, expected) => expect(canonical(type, value)).toBe(expected));

  test.each([
    ['nationalId', ''],
    ['nationalId', '12345'],
    ['nationalId', '1234567890'],
    ['nationalId', '1234567A'],
    ['nationalId', '1234567.0'],
    ['nationalId', "1234'567"],
    ['nationalId', '+1234567'],
    ['passport', ''],
    ['passport', ' - '],
    ['passport', 'AK/0123'],
    ['passport', 'ÄK0123'],
    ['alienId', 'R_123'],
    ['email', 'amina'],
    ['email', 'a@b.ke, c@d.ke'],
    ['email', 'a b@c.ke'],
    ['email', `${'a'.repeat(300)}@b.ke`],
  ] as const)('malformed %s %j', (type, value) => expect(message(type, value)).toMatch(/^not an? /));
});

test('for any text: no throw, and a canonical form is its own canonical form', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.stringMatching(/^[+0-9A-Za-z@. ()-]{0,30}$/),
  );
  fc.assert(
    fc.property(fc.constantFrom(...IDENTIFIER_TYPES), text, (type, value) => {
      const once = canonical(type, value);
      if (once !== undefined) expect(canonical(type, once)).toBe(once);
    }),
    { numRuns: 5000 },
  );
});

test('a message never repeats the value', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...IDENTIFIER_TYPES),
      fc.stringMatching(/^[0-9A-Z_]{14,40}$/),
      (type, value) => {
        expect(message(type, value) ?? '').not.toContain(value);
      },
    ),
  );
});

describe('keys', () => {
  const crypto = createCrypto(newSecrets());

  test('16 bytes, the same for every spelling, another for another type', () => {
    const keys = keysOf(
      crypto,
      [
        { type: 'nationalId', value: '23 456 789' },
        { type: 'nationalId', value: "'23456789" },
        { type: 'passport', value: '23456789' },
      ],
      'identifiers',
    );
    expect(keys.map(({ key }) => key.length)).toEqual([16, 16, 16]);
    expect(keys[0]!.key.equals(keys[1]!.key)).toBe(true);
    expect(keys[0]!.key.equals(keys[2]!.key)).toBe(false);
  });

  test('every malformed identifier is named by its path, and none at all is refused', () => {
    const details = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        if (error instanceof KingaError && error.code === 'INVALID_INPUT') return error.details;
      }
      return undefined;
    };
    expect(
      details(() =>
        keysOf(
          crypto,
          [
            { type: 'phone', value: '0712' },
            { type: 'nationalId', value: '23456789' },
            { type: 'email', value: 'x' },
          ],
          'checks[3].identifiers',
        ),
      ),
    ).toEqual([
      { path: 'checks[3].identifiers[0].value', message: 'not a Kenyan phone number' },
      { path: 'checks[3].identifiers[2].value', message: 'not an e-mail address' },
    ]);
    expect(details(() => keysOf(crypto, [], 'identifiers'))).toEqual([
      { path: 'identifiers', message: 'at least one identifier' },
    ]);
  });

  test('what can join two records', () => {
    expect(IDENTIFIER_TYPES.filter(isStrong)).toEqual(['nationalId', 'passport', 'alienId']);
  });
});
