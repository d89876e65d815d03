import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCrypto, equalSecrets } from '@kinga/server/platform/crypto/crypto.ts';
import { newId } from '@kinga/server/platform/crypto/ids.ts';
import { newSecrets, readSecrets, writeSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

describe('crypto', () => {
  const crypto = createCrypto(newSecrets());

  it('opens what it sealed, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const encoded = Buffer.from(text, 'utf8').toString('utf8');
        expect(crypto.open(crypto.seal(encoded))).toBe(encoded);
      }),
    );
  });

  it('refuses a sealed value with any one bit turned', () => {
    const sealed = crypto.seal('23456789');
    for (let i = 0; i < sealed.length * 8; i++) {
      const forged = Buffer.from(sealed);
      forged[i >> 3] = (forged[i >> 3] ?? 0) ^ (1 << (i & 7));
      expect(() => crypto.open(forged)).toThrow();
    }
  });

  it('keys an identifier by type, value and pepper', () => {
    const other = createCrypto(newSecrets());
    const key = crypto.identifierKey('nationalId', '23456789');
    expect(key).toHaveLength(16);
    expect(crypto.identifierKey('nationalId', '23456789')).toEqual(key);
    expect(crypto.identifierKey('phone', '23456789')).not.toEqual(key);
    expect(other.identifierKey('nationalId', '23456789')).not.toEqual(key);
  });

  it('keeps digests for different purposes apart', () => {
    expect(crypto.digest('a', 'b\0c')).not.toBe(crypto.digest('a\0b', 'c'));
    expect(crypto.digest('one', 'text')).not.toBe(crypto.digest('two', 'text'));
  });

  it('compares secrets of any lengths', () => {
    expect(equalSecrets('abc', 'abc')).toBe(true);
    expect(equalSecrets('abc', 'abcd')).toBe(false);
  });
});

describe('ids', () => {
  it('never repeat, and are greater the later they are made, also within a millisecond and with the clock set back', () => {
    const clock = vi.spyOn(Date, 'now');
    const made: string[] = [];
    const start = Date.now() + 60_000;
    for (const ms of [start, start + 1, start - 3_600_000, start + 2]) {
      clock.mockReturnValue(ms);
      for (let i = 0; i < 40_000; i++) made.push(newId('x'));
    }
    clock.mockRestore();
    expect(made.every((id, index) => index === 0 || id > made[index - 1]!)).toBe(true);
    expect(newId('acc')).toMatch(/^acc_[0-9A-HJKMNP-TV-Z]{26}$/);
  });

  it('end in what no other does, also of one millisecond', () => {
    const ends = Array.from({ length: 1_000 }, () => newId('x').slice(-13));
    expect(new Set(ends).size).toBe(1_000);
  });
});

describe('the secrets file', () => {
  const folder = () => mkdtempSync(join(tmpdir(), 'kinga-secrets-'));

  it('is readable by its owner only, and is never overwritten', () => {
    const file = join(folder(), 'secrets.json');
    const secrets = newSecrets();
    writeSecrets(file, secrets);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readSecrets(file)).toEqual(secrets);
    expect(() => writeSecrets(file, newSecrets())).toThrow(/never overwritten/);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(secrets);
  });

  it('is required to exist and to be one, and the error names the key', () => {
    expect(() => readSecrets(join(folder(), 'missing.json'))).toThrow(/^SECRETS_FILE: /);
  });
});
