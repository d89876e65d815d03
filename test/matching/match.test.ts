import { askedKeysOf, type Facts, findMatch, matchKeysOf } from '@kinga/server/domains/matching/index.ts';
import { createCrypto } from '@kinga/server/platform/crypto/crypto.ts';
import { newSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const crypto = createCrypto(newSecrets());
const NOTHING: Facts['identifiers'] = [];
const ID = { type: 'nationalId', canonical: '23456789' } as const;

const facts = (name: string, dateOfBirth: string, identifiers: Facts['identifiers'] = NOTHING): Facts => ({
  name,
  dateOfBirth,
  identifiers,
});

/** Whether somebody on record with the first is a possible match for who is asked about with the second. */
function isMatch(onRecord: Facts, asked: Facts): boolean {
  const known = new Set(matchKeysOf(crypto, onRecord).map((key) => key.toString('latin1')));
  const { isPossible } = findMatch(crypto, asked, (key) => known.has(key));
  // Those who must ask PostgreSQL for everything at once find the same.
  const copied = new Set(askedKeysOf(crypto, asked).map((key) => key.toString('latin1')));
  expect(findMatch(crypto, asked, (key) => known.has(key) && copied.has(key)).isPossible).toBe(isPossible);
  return isPossible;
}

const GRACE = 'Grace Wanjiku Kamau';
const BORN = '1987-05-23';

describe('somebody on record, asked about without a document, is a possible match', () => {
  it.each([
    ['as on record', GRACE, BORN],
    ['in another order', 'Kamau Grace Wanjiku', BORN],
    ['in capitals, the surname first with a comma', 'KAMAU, GRACE WANJIKU', BORN],
    ['with one name left out', 'Grace Kamau', BORN],
    ['with another left out', 'Wanjiku Kamau', BORN],
    ['with a name more', 'Grace Wanjiku Kamau Achieng', BORN],
    ['with a typing error', 'Grace Wanjiku Ksmau', BORN],
    ['with letters exchanged', 'Grcae Wanjiku Kamau', BORN],
    ['as heard', 'Grase Wajiku Gamau', BORN],
    ['with the day unknown', GRACE, '1987-05-00'],
  ])('%s', (_what, name, born) => {
    expect(isMatch(facts(GRACE, BORN, [ID]), facts(name, born))).toBe(true);
    expect(isMatch(facts(GRACE, BORN), facts(name, born))).toBe(true);
  });

  it.each([
    ['as on record', 'Otieno Mercy'],
    ['with a typing error', 'Mercy Otineo'],
    ['with a sound too few', 'Mery Otieno'],
    ['with a sound too many', 'Mercyt Otieno'],
    ['with another sound', 'Merly Otieno'],
    ['with a name more', 'Mercy Otieno Adhiambo'],
  ])('with two names only: %s', (_what, name) => {
    expect(isMatch(facts('Mercy Otieno', BORN), facts(name, BORN))).toBe(true);
  });

  it('with four names, of which three or two are given', () => {
    const onRecord = facts('Ali Hassan Omar Sheikh', BORN);
    expect(isMatch(onRecord, facts('Omar Sheikh Ali', BORN))).toBe(true);
    expect(isMatch(onRecord, facts('Sheikh Ali', BORN))).toBe(true);
    expect(isMatch(onRecord, facts('Ali Hassan Omar Warsame', BORN))).toBe(true);
  });
});

describe('is nobody on record', () => {
  it.each([
    ['another surname', 'Grace Wanjiku Otieno', BORN],
    ['another date', GRACE, '1987-05-24'],
    ['another year', GRACE, '1988-05-23'],
    ['one name alone', 'Wanjiku', BORN],
    ['the year alone, with three names', GRACE, '1987-00-00'],
    ['two names of many with a slip', 'Grace Ksmeu', BORN],
  ])('%s', (_what, name, born) => {
    expect(isMatch(facts(GRACE, BORN, [ID]), facts(name, born))).toBe(false);
  });
});

describe('dates of which something is not known', () => {
  it.each([
    ['1958-00-00', '1958-00-00', true],
    ['1958-00-00', '1958-01-01', true],
    ['1958-01-01', '1958-00-00', true],
    ['1958-07-00', '1958-07-13', true],
    ['1958-07-13', '1958-07-00', true],
    ['1958-07-00', '1958-08-13', false],
    ['1958-00-00', '1959-00-00', false],
  ])('%s on record, %s asked: %s', (onRecord, asked, is) => {
    expect(isMatch(facts(GRACE, onRecord), facts(GRACE, asked))).toBe(is);
  });

  it.each([
    ['1958-07-00', '1958-07-13', false],
    ['1958-07-13', '1958-07-00', false],
    ['1958-00-00', '1958-07-13', false],
    ['1958-07-00', '1958-07-00', true],
    ['1958-00-00', '1958-00-00', true],
  ])(
    'with two names nothing is left to tell people apart: %s on record, %s asked: %s',
    (known, asked, is) => {
      expect(isMatch(facts('Mercy Otieno', known), facts('Mercy Otieno', asked))).toBe(is);
    },
  );

  it('with four names the year is enough', () => {
    const four = 'Ali Hassan Omar Sheikh';
    expect(isMatch(facts(four, '1958-07-01'), facts(four, '1958-00-00'))).toBe(true);
    expect(isMatch(facts(four, '1958-01-01'), facts(four, '1958-07-01'))).toBe(true);
  });
});

describe('a document that differs', () => {
  const other = { type: 'nationalId', canonical: '30111222' } as const;
  it('tells two people of one name and date apart, however much agrees', () => {
    expect(isMatch(facts(GRACE, BORN, [ID]), facts(GRACE, BORN, [other]))).toBe(false);
    const alien = { type: 'alienId', canonical: '1234567' } as const;
    expect(isMatch(facts(GRACE, BORN, [ID]), facts(GRACE, BORN, [alien]))).toBe(false);
  });

  it('by one digit does not', () => {
    for (const canonical of ['23456780', '93456789', '2345678', '32456789']) {
      const asked = facts(GRACE, BORN, [{ type: 'nationalId', canonical }]);
      expect(isMatch(facts(GRACE, BORN, [ID]), asked), canonical).toBe(true);
    }
  });

  it('from none on record says nothing, and a passport never does', () => {
    expect(isMatch(facts(GRACE, BORN), facts(GRACE, BORN, [other]))).toBe(true);
    const passport = { type: 'passport', canonical: 'AK1234567' } as const;
    expect(isMatch(facts(GRACE, BORN, [ID]), facts(GRACE, BORN, [passport]))).toBe(true);
  });
});

describe('one mailbox written in two ways', () => {
  const mail = (canonical: string): Facts['identifiers'] => [{ type: 'email', canonical }];
  it('with the year of birth or the names is a possible match', () => {
    const onRecord = facts(GRACE, BORN, mail('grace.kamau@gmail.com'));
    expect(isMatch(onRecord, facts('Anna', '1987-00-00', mail('gracekamau+bet@googlemail.com')))).toBe(true);
    expect(isMatch(onRecord, facts('Anna', '1990-01-01', mail('gracekamau+bet@gmail.com')))).toBe(false);
    expect(isMatch(onRecord, facts('Anna', BORN, mail('grace.kamau@example.co.ke')))).toBe(false);
    const nameless = { name: GRACE, identifiers: mail('g.kamau@firma.co.ke') };
    expect(
      isMatch(nameless, { name: 'kamau grace wanjiku', identifiers: mail('g.kamau+2@firma.co.ke') }),
    ).toBe(true);
  });
});

describe('what is stored', () => {
  const names = fc.array(
    fc.string({ unit: fc.constantFrom(...'abcdefghijklmnoprstuwyz'), minLength: 2, maxLength: 10 }),
    { minLength: 2, maxLength: 4 },
  );

  it('finds the person again in any order of names and any case', () => {
    fc.assert(
      fc.property(names, fc.gen(), (words, g) => {
        const onRecord = facts(words.join(' '), BORN);
        fc.pre(matchKeysOf(crypto, onRecord).length > 0);
        const shuffled = g(fc.shuffledSubarray, words, { minLength: words.length });
        expect(isMatch(onRecord, facts(shuffled.join(' ').toUpperCase(), BORN))).toBe(true);
      }),
    );
  });

  it('is few keys of 16 bytes, in which nothing of the person can be read, and other ones under another pepper', () => {
    fc.assert(
      fc.property(names, (words) => {
        const keys = matchKeysOf(crypto, facts(words.join(' '), BORN, [ID]));
        expect(keys.length).toBeLessThanOrEqual(24);
        expect(keys.every((key) => key.length === 16)).toBe(true);
      }),
    );
    const mine = matchKeysOf(crypto, facts(GRACE, BORN, [ID])).map(String);
    const others = matchKeysOf(createCrypto(newSecrets()), facts(GRACE, BORN, [ID])).map(String);
    expect(mine.filter((key) => others.includes(key))).toEqual([]);
    expect(mine).toHaveLength(9);
  });

  it('costs little to keep and to ask for, however long the words are that are given for names', () => {
    const endless = facts(`${'bakadafalamanarasata'.repeat(3)} ${'tasaranamalafadakaba'.repeat(3)}`, BORN);
    expect(askedKeysOf(crypto, endless).length).toBeLessThanOrEqual(200);
    expect(matchKeysOf(crypto, endless).length).toBeLessThanOrEqual(24);
  });

  it('is nothing for somebody without a name of two words or without a date', () => {
    expect(matchKeysOf(crypto, facts('Wanjiku', BORN, [ID]))).toEqual([]);
    expect(matchKeysOf(crypto, { name: GRACE, identifiers: [ID] })).toEqual([]);
    expect(matchKeysOf(crypto, { identifiers: [ID] })).toEqual([]);
  });
});
