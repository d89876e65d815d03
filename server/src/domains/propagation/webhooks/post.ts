import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress, lookupPublic, NotPublic } from './addresses.ts';

const TIMEOUT_MS = 5_000;
const ANSWER_BYTES_MAX = 500;

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** In demo mode: to this machine too, and without TLS. */
  readonly anywhere: boolean;
}

export interface Outcome {
  readonly delivered: boolean;
  /** null: nobody answered. */
  readonly status: number | null;
  readonly ms: number;
  readonly failure: string | null;
  readonly answer: string | null;
}

/** One POST; 2xx is a yes, and nothing is followed. Never throws. */
export async function post(message: Post): Promise<Outcome> {
  const beganMs = performance.now();
  const ms = () => Math.round(performance.now() - beganMs);
  try {
    const { status, answer } = await send(message);
    const delivered = status >= 200 && status < 300;
    return { delivered, status, ms: ms(), failure: delivered ? null : `answered ${status}`, answer };
  } catch (error) {
    return { delivered: false, status: null, ms: ms(), failure: failureOf(error), answer: null };
  }
}

/** Throws when the URL is not one that may be posted to. */
export function checkUrl(text: string, anywhere: boolean): URL {
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw new NotPublic('has no place for a password');
  if (anywhere) return url;
  if (url.protocol !== 'https:') throw new NotPublic('has to begin with https://');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new NotPublic('is not a public address');
  return url;
}

function send({ url: text, headers, body, anywhere }: Post): Promise<{ status: number; answer: string }> {
  return new Promise((resolve, reject) => {
    const url = checkUrl(text, anywhere);
    const request: ClientRequest = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      // A connection of its own: what was checked for one post is not taken for granted by the next.
      agent: false,
      ...(anywhere ? {} : { lookup: lookupPublic }),
    });
    const timer = setTimeout(
      () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)),
      TIMEOUT_MS,
    );
    request.on('close', () => clearTimeout(timer));
    request.on('error', reject);
    // An answer that asks for another protocol: without a listener Node closes the connection and says nothing.
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, answer: '' });
    });
    request.on('response', (response) => {
      readStart(response, (answer) => {
        resolve({ status: response.statusCode ?? 0, answer });
        request.destroy();
      });
    });
    request.end(body);
  });
}

/** As much as is kept. The status is known by then: an answer that breaks off is an answer. */
function readStart(response: IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const end = () => done(readable(Buffer.concat(chunks).subarray(0, ANSWER_BYTES_MAX)));
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= ANSWER_BYTES_MAX) response.destroy();
  });
  response.on('error', () => {});
  response.once('close', end);
}

/** What a log can show. */
function readable(bytes: Buffer): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return bytes.toString('utf8').replace(/[\u0000-\u0008\u000b-\u001f\u007f\ufffd]/g, '');
}

function failureOf(error: unknown): string {
  const message = error instanceof Error ? error.message : 'unknown';
  return message.slice(0, 200);
}
