import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { CookieOptions, Express, Request, Response } from 'express';
import { z } from 'zod';
import type { Platform } from '../../../platform/context.ts';
import { sendError } from '../../../platform/http/respond.ts';
import type { OidcCodes } from './codes.ts';
import { OidcProvider } from './provider.ts';

const PATH = '/api/auth/oidc';
const COOKIE = 'kinga_oidc';
const FLOW_MS = 10 * 60_000;
/** Each waits for the provider: a flood of them is turned away instead. */
const UNDER_WAY_MAX = 32;

const sealedFlow = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  challenge: z.string(),
  expiresAt: z.number(),
});

/** What the page keeps the other half of: see shared/src/identity/oidc.ts. */
const challengeOfPage = z.string().regex(/^[\w-]{43}$/);

/** Why nobody was signed in, as the page is told it. */
type Refusal = 'EXPIRED' | 'REFUSED' | 'EMAIL_UNVERIFIED' | 'UNAVAILABLE';

/**
 * The way to the provider and back. What belongs to one sign-in travels in a sealed cookie: any node can take it
 * up again, and only the browser that began it can end it.
 */
export function mountOidc(app: Express, platform: Platform, codes: OidcCodes): void {
  const { oidc: config } = platform.config;
  if (config === undefined) return;
  const way: Way = { platform, codes, provider: new OidcProvider(config) };
  const secure = config.redirectUrl.startsWith('https:');
  const cookie: CookieOptions = { path: PATH, httpOnly: true, sameSite: 'lax', secure };
  const inTurn = atMost(UNDER_WAY_MAX);
  app.get(`${PATH}/start`, (request, response) => {
    const challenge = challengeOfPage.safeParse(request.query.challenge);
    if (!challenge.success) return leadToPage(response, { oidcError: 'REFUSED' });
    return inTurn(response, () => begin(way, { response, cookie, challenge: challenge.data }));
  });
  app.get(`${PATH}/callback`, (request, response) =>
    inTurn(response, async () => {
      response.clearCookie(COOKIE, cookie);
      leadToPage(response, await answerOf(way, request));
    }),
  );
}

interface Way {
  readonly platform: Platform;
  readonly codes: OidcCodes;
  readonly provider: OidcProvider;
}

async function begin(
  { platform, provider }: Way,
  { response, cookie, challenge }: { response: Response; cookie: CookieOptions; challenge: string },
): Promise<void> {
  try {
    const { url, flow } = await provider.begin();
    const sealed = platform.crypto.seal(
      JSON.stringify({ ...flow, challenge, expiresAt: Date.now() + FLOW_MS }),
    );
    response.cookie(COOKIE, sealed.toString('base64url'), { ...cookie, maxAge: FLOW_MS });
    leadTo(response, url.href);
  } catch (error) {
    platform.log.warn({ error: reasonOf(error) }, 'the sign-in provider cannot be reached');
    leadToPage(response, { oidcError: 'UNAVAILABLE' });
  }
}

async function answerOf(
  { platform, codes, provider }: Way,
  request: Request,
): Promise<{ oidc: string } | { oidcError: Refusal }> {
  const flow = flowOf(platform, request);
  if (flow === undefined) return { oidcError: 'EXPIRED' };
  try {
    const query = new URL(request.originalUrl, 'http://localhost').search;
    const claims = await provider.finish(query, flow);
    if (claims.email === undefined && !(await codes.isLinked(claims)))
      return { oidcError: 'EMAIL_UNVERIFIED' };
    return { oidc: await codes.issue(claims, flow.challenge) };
  } catch (error) {
    platform.log.warn({ error: reasonOf(error) }, 'a sign-in by the provider was refused');
    return { oidcError: 'REFUSED' };
  }
}

function atMost(max: number): (response: Response, work: () => Promise<void>) => Promise<void> {
  let underWay = 0;
  return async (response, work) => {
    if (underWay >= max) {
      sendError(response, new KingaError('UNAVAILABLE', 'Too many people are signing in at once'));
      return;
    }
    underWay++;
    try {
      await work();
    } finally {
      underWay--;
    }
  };
}

function flowOf({ crypto }: Platform, request: Request): z.output<typeof sealedFlow> | undefined {
  const cookies = (request.headers.cookie ?? '').split(/; */);
  const sealed = cookies.find((part) => part.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
  if (sealed === undefined) return undefined;
  try {
    const flow = sealedFlow.parse(JSON.parse(crypto.open(Buffer.from(sealed, 'base64url'))));
    return flow.expiresAt > Date.now() ? flow : undefined;
  } catch {
    return undefined;
  }
}

/** Behind the #, which no server and no other page gets to see. */
function leadToPage(response: Response, answer: Readonly<Record<string, string>>): void {
  leadTo(response, `/#${new URLSearchParams(answer)}`);
}

function leadTo(response: Response, location: string): void {
  response.set('Cache-Control', 'no-store').redirect(303, location);
}

/** Nothing of what the provider said about the person. */
function reasonOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { thrown: typeof error };
  return { name: error.name, code: 'code' in error ? error.code : undefined };
}
