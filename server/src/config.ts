import { resolve } from 'node:path';
import { z } from 'zod';

/** Milliseconds, bytes and counts that installations may raise; defaults are the wire's normative limits. */
const limits = z.strictObject({
  /** Calls of one person. */
  personPerSecond: z.number().positive().default(50),
  /** Calls of one person on staff procedures. */
  staffPerHour: z.number().positive().default(1_000),
  /** Lookups of one operator key; each item of a lookupMany counts. */
  lookupsPerSecond: z.number().positive().default(200_000),
  /** Calls without credentials, per address. */
  anonymousPerHour: z.number().positive().default(100),
  /** New connections, per address. */
  connectionsPerSecond: z.number().positive().default(200),
  unansweredCalls: z.number().int().positive().default(1_024),
  watchedTopics: z.number().int().positive().default(100),
  messageBytes: z
    .number()
    .int()
    .positive()
    .default(256 * 1024),
  /** Unread events of a log watcher before it is closed as a slow consumer. */
  unreadEventBytes: z
    .number()
    .int()
    .positive()
    .default(1024 * 1024),
  unreadEventMs: z.number().int().positive().default(10_000),
  heartbeatKeyMs: z.number().int().positive().default(1_000),
  heartbeatMs: z.number().int().positive().default(5_000),
  checksSpoolBytes: z
    .number()
    .int()
    .positive()
    .default(1024 ** 3),
});
export type Limits = z.output<typeof limits>;

const flag = z.enum(['0', '1', 'true', 'false']).transform((value) => value === '1' || value === 'true');
const address = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: ({ input }) => `${String(input)} is neither an address nor a CIDR block`,
});
const addresses = z
  .string()
  .transform((value) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  )
  .pipe(z.array(address));
const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' });
    return z.NEVER;
  }
});

function url(scheme: RegExp, example: string) {
  return z.string().refine((value) => scheme.test(value) && URL.canParse(value), `not a ${example} URL`);
}

/** Where the hub waits for whoever comes back from the provider. */
const OIDC_CALLBACK = '/api/auth/oidc/callback';

/** What travels there are secrets: in the open only on this machine. */
const providerUrl = url(
  /^https:|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])([:/]|$)/,
  'https:// (or loopback http://)',
);

/** Without a path: what comes after it is ours. */
const origin = z.string().transform((value, context) => {
  const { protocol, origin, href } = URL.canParse(value)
    ? new URL(value)
    : { protocol: '', origin: '', href: '' };
  if (/^https?:$/.test(protocol) && href === `${origin}/`) return origin;
  context.addIssue({ code: 'custom', message: 'not an https:// or http:// address without a path' });
  return z.NEVER;
});

/** Every key the product reads from the environment; documented for people in .env.example. */
const environment = z.object({
  // Digits only: as JavaScript reads numbers, a blank would be port 0 and 1e3 port 1000.
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'not a port number')
    .transform(Number)
    .pipe(z.number().max(65_535, 'not a port number (65535 is the last)'))
    .default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_URL: origin.optional(),
  DATA_DIR: z.string().min(1).default('.data'),
  DATABASE_URL: url(/^postgres(ql)?:\/\//, 'postgres://').optional(),
  REDIS_URL: url(/^rediss?:\/\//, 'redis://').optional(),
  DEMO: flag.optional(),
  ADMIN_EMAIL: z.email().optional(),
  ADMIN_PASSWORD: z.string().min(10, 'at least 10 characters').optional(),
  SECRETS_FILE: z.string().min(1).optional(),
  TRUSTED_PROXIES: addresses.default([]),
  METRICS_ALLOW: addresses.default([]),
  LIMITS: json.pipe(limits).default(() => limits.parse({})),
  OIDC_ISSUER: providerUrl.optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  OIDC_REDIRECT_URL: providerUrl
    .refine((text) => text.endsWith(OIDC_CALLBACK), `does not end with ${OIDC_CALLBACK}`)
    .optional(),
  SMTP_URL: url(/^smtps?:\/\/(?:[^/]*@)?[^/:?#@]/, 'smtp://host').optional(),
  MAIL_FROM: z
    .string()
    .regex(/@[^@\s]+$/, 'not an e-mail address')
    .default('Kinga <no-reply@kinga.invalid>'),
  NATIONAL_ID_PROVIDER: z.enum(['simulator']).optional(),
  CANARIES: flag.default(true),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  NODE_ENV: z.string().optional(),
});

/** The keys, for the test that .env.example names exactly these. */
export const CONFIG_KEYS: readonly string[] = Object.keys(environment.shape);

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Where people reach the hub, without a slash at the end. Absent: messages carry no links. */
  readonly publicUrl: string | undefined;
  readonly dataDir: string;
  /** Absent: the embedded PostgreSQL in dataDir. */
  readonly databaseUrl: string | undefined;
  /** Absent: one node, with an in-process bus. */
  readonly redisUrl: string | undefined;
  /** Sample data and printed demo accounts; listens on loopback only. */
  readonly demo: boolean;
  /** The first administrator, created when there is none. */
  readonly admin: { readonly email: string; readonly password: string } | undefined;
  readonly secretsFile: string;
  /** Addresses or CIDR blocks whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Addresses or CIDR blocks, beside loopback, that may read /metrics. */
  readonly metricsAllow: readonly string[];
  /** A provider that people may sign in with. */
  readonly oidc: OidcConfig | undefined;
  /** Absent: e-mail is written to files in DATA_DIR/messages. */
  readonly smtp: { readonly url: string; readonly from: string } | undefined;
  /** Who confirms national IDs; absent: nobody, and every attempt is UNAVAILABLE. */
  readonly nationalIdProvider: 'simulator' | undefined;
  /** The node asks itself about known persons, and sounds the alarm. */
  readonly canaries: boolean;
  readonly limits: Limits;
  readonly logLevel: string;
}

export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** `/api/auth/oidc/callback` of this hub, as the provider and browsers know it. */
  readonly redirectUrl: string;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The only reader of process.env. A wrong value is a one-line error that names the key. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environment.safeParse(set);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const [key, ...rest] = issue?.path ?? [];
    const within = rest.filter((part) => typeof part === 'string').map((part) => `${part}: `);
    throw new ConfigError(`${String(key)}: ${within.join('')}${issue?.message}`);
  }
  return normalise(parsed.data);
}

function normalise(values: z.output<typeof environment>): Config {
  const dataDir = resolve(values.DATA_DIR);
  if ((values.ADMIN_EMAIL === undefined) !== (values.ADMIN_PASSWORD === undefined)) {
    const missing = values.ADMIN_EMAIL === undefined ? 'ADMIN_EMAIL' : 'ADMIN_PASSWORD';
    throw new ConfigError(`${missing}: ADMIN_EMAIL and ADMIN_PASSWORD go together`);
  }
  const serious =
    values.DATABASE_URL !== undefined || values.ADMIN_EMAIL !== undefined || values.NODE_ENV === 'production';
  const demo = values.DEMO ?? !serious;
  if (demo && !['127.0.0.1', '::1', 'localhost'].includes(values.HOST)) {
    throw new ConfigError(`HOST: demo mode listens on loopback only, not on ${values.HOST} (set DEMO=0)`);
  }
  return {
    port: values.PORT,
    host: values.HOST,
    publicUrl:
      values.PUBLIC_URL ?? (demo && values.PORT !== 0 ? `http://localhost:${values.PORT}` : undefined),
    dataDir,
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    demo,
    admin:
      values.ADMIN_EMAIL !== undefined && values.ADMIN_PASSWORD !== undefined
        ? { email: values.ADMIN_EMAIL.toLowerCase(), password: values.ADMIN_PASSWORD }
        : undefined,
    secretsFile: resolve(values.SECRETS_FILE ?? `${dataDir}/secrets.json`),
    trustedProxies: values.TRUSTED_PROXIES,
    metricsAllow: values.METRICS_ALLOW,
    oidc: oidcOf(values),
    smtp: values.SMTP_URL === undefined ? undefined : { url: values.SMTP_URL, from: values.MAIL_FROM },
    // Outside demo mode a simulator has to be asked for by its name.
    nationalIdProvider: values.NATIONAL_ID_PROVIDER ?? (demo ? 'simulator' : undefined),
    canaries: values.CANARIES,
    limits: values.LIMITS,
    logLevel: values.LOG_LEVEL,
  };
}

function oidcOf(values: z.output<typeof environment>): OidcConfig | undefined {
  const {
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: clientId,
    OIDC_CLIENT_SECRET: clientSecret,
    OIDC_REDIRECT_URL: redirectUrl,
  } = values;
  if (
    issuer !== undefined &&
    clientId !== undefined &&
    clientSecret !== undefined &&
    redirectUrl !== undefined
  )
    return { issuer, clientId, clientSecret, redirectUrl };
  const keys = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_REDIRECT_URL'] as const;
  const missing = keys.find((key) => values[key] === undefined);
  if (keys.every((key) => values[key] === undefined)) return undefined;
  throw new ConfigError(`${missing}: the four OIDC_ keys go together`);
}
