import { ConfigError, readConfig } from '@kinga/server/config.ts';
import { describeStartError } from '@kinga/server/platform/lifecycle/start-error.ts';
import { describe, expect, test } from 'vitest';

describe('the environment', () => {
  test.each([
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['PORT', ' '],
    ['PORT', '1e3'],
    ['PORT', '0x10'],
    ['PUBLIC_URL', 'kinga.example'],
    ['PUBLIC_URL', 'ftp://kinga.example'],
    ['PUBLIC_URL', 'https://kinga.example/register'],
    ['PUBLIC_URL', 'https://kinga.example/?a=b'],
    ['PUBLIC_URL', 'https://me:secret@kinga.example'],
    ['DATABASE_URL', 'mysql://x'],
    ['DATABASE_URL', 'postgres://h:99999/d'],
    ['REDIS_URL', 'localhost:6379'],
    ['REDIS_URL', 'redis://:::'],
    ['TRUSTED_PROXIES', '10.0.0.1, balancer'],
    ['TRUSTED_PROXIES', '10.0.0.0/99'],
    ['METRICS_ALLOW', '10.0.0.0/'],
    ['SMTP_URL', 'smtp://'],
    ['SMTP_URL', 'smtp://user:password@'],
    ['SMTP_URL', 'mail.example:587'],
    ['DEMO', 'maybe'],
    ['LIMITS', '{'],
    ['LIMITS', '{"personPerSecond": -1}'],
    ['LIMITS', '{"personPerSecnd": 1}'],
    ['LOG_LEVEL', 'loud'],
    ['ADMIN_EMAIL', 'nobody'],
    ['ADMIN_PASSWORD', 'short'],
    ['OIDC_ISSUER', 'http://accounts.example'],
    ['OIDC_REDIRECT_URL', 'hub.example/api/auth/oidc/callback'],
    ['OIDC_REDIRECT_URL', 'https://hub.example/auth/callback'],
  ])('a wrong %s (%s) is one line that names the key', (key, value) => {
    const error = errorOf(() => readConfig({ [key]: value }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(new RegExp(`^${key}: [^\\n]+$`));
  });

  test('demo mode is on unless something serious is set, and listens on loopback only', () => {
    expect(readConfig({}).demo).toBe(true);
    expect(readConfig({ DATABASE_URL: 'postgres://h/d' }).demo).toBe(false);
    expect(readConfig({ NODE_ENV: 'production' }).demo).toBe(false);
    expect(readConfig({ ADMIN_EMAIL: 'a@b.co', ADMIN_PASSWORD: '0123456789' }).demo).toBe(false);
    expect(readConfig({ DEMO: '0' }).demo).toBe(false);
    expect(readConfig({ DATABASE_URL: 'postgres://h/d', DEMO: '1' }).demo).toBe(true);
    expect(errorOf(() => readConfig({ HOST: '0.0.0.0' })).message).toMatch(/^HOST: .*loopback/);
    expect(readConfig({ HOST: '0.0.0.0', DEMO: '0' }).host).toBe('0.0.0.0');
  });

  test('where people reach the hub is said, or in demo mode this machine, or nobody knows', () => {
    expect(readConfig({ PUBLIC_URL: 'https://Kinga.example:8443/' }).publicUrl).toBe(
      'https://kinga.example:8443',
    );
    expect(readConfig({ PUBLIC_URL: 'http://10.0.0.1', DEMO: '0' }).publicUrl).toBe('http://10.0.0.1');
    expect(readConfig({ PORT: '3100' }).publicUrl).toBe('http://localhost:3100');
    expect(readConfig({ PORT: '0' }).publicUrl).toBeUndefined();
    expect(readConfig({ DEMO: '0' }).publicUrl).toBeUndefined();
  });

  test('an administrator needs both an address and a password', () => {
    expect(errorOf(() => readConfig({ ADMIN_EMAIL: 'a@b.co' })).message).toMatch(/^ADMIN_PASSWORD: /);
    expect(errorOf(() => readConfig({ ADMIN_PASSWORD: '0123456789' })).message).toMatch(/^ADMIN_EMAIL: /);
  });

  test('a provider to sign in with needs all it is described by', () => {
    const OIDC_ISSUER = 'https://accounts.example';
    expect(errorOf(() => readConfig({ OIDC_ISSUER })).message).toMatch(/^OIDC_CLIENT_ID: /);
    const partial = { OIDC_ISSUER, OIDC_CLIENT_ID: 'kinga', OIDC_CLIENT_SECRET: 'secret' };
    expect(errorOf(() => readConfig(partial)).message).toMatch(/^OIDC_REDIRECT_URL: /);
    const whole = { ...partial, OIDC_REDIRECT_URL: 'http://localhost:3000/api/auth/oidc/callback' };
    expect(readConfig(whole).oidc).toMatchObject({ issuer: OIDC_ISSUER, clientId: 'kinga' });
    expect(readConfig({}).oidc).toBeUndefined();
  });

  test('addresses and blocks come separated by commas, with or without blanks', () => {
    const TRUSTED_PROXIES = '10.0.0.0/8, ::1,fd00::/8 ,127.0.0.1,';
    expect(readConfig({ TRUSTED_PROXIES }).trustedProxies).toEqual([
      '10.0.0.0/8',
      '::1',
      'fd00::/8',
      '127.0.0.1',
    ]);
  });

  test('a mail server is named with or without a user, a password and a port', () => {
    for (const SMTP_URL of [
      'smtp://localhost',
      'smtps://u:p@mail.example:465/?pool=true',
      'smtp://u%40x:p@[::1]:25',
    ]) {
      expect(readConfig({ SMTP_URL }).smtp?.url).toBe(SMTP_URL);
    }
  });

  test('an empty value is no value', () => {
    expect(readConfig({ PORT: '', REDIS_URL: '' })).toEqual(readConfig({}));
  });
});

describe('what a failed start says', () => {
  const system = (code: string, more: object = {}) =>
    Object.assign(new Error('low level'), { code, ...more });

  test.each([
    [system('EADDRINUSE', { port: 3000, address: '127.0.0.1' }), /^PORT: 3000 on 127\.0\.0\.1 is in use/],
    [system('EADDRNOTAVAIL', { address: '10.9.9.9', port: 3000 }), /^HOST: 10\.9\.9\.9/],
    [
      new AggregateError([system('ECONNREFUSED', { address: '::1', port: 5432 })]),
      /^DATABASE_URL: nobody answers at ::1:5432/,
    ],
    [new Error('Connection terminated unexpectedly'), /^DATABASE_URL: no PostgreSQL answers there/],
    [new Error('timeout expired'), /^DATABASE_URL: no PostgreSQL answers there/],
    [system('28P01'), /^DATABASE_URL: low level/],
    [system('3D000'), /^DATABASE_URL: low level/],
    [system('ENOTFOUND'), /^DATABASE_URL: /],
    [system('EACCES', { path: '/data/hub.lock' }), /^DATA_DIR: cannot write \/data\/hub\.lock/],
    [system('ENOTDIR', { path: '/dev/null/x', syscall: 'mkdir' }), /^DATA_DIR: cannot make \/dev\/null\/x/],
    [new Error('KEY: first\nsecond'), /^KEY: first$/],
    ['a thrown text', /^a thrown text$/],
  ])('names the key to look at: %s', (error, line) => {
    expect(describeStartError(error)).toMatch(line);
  });
});

function errorOf(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not throw');
}
