import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused } from '../support/client.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

function post(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${world.url}${path}`, { method: 'POST', ...init });
}
const json = { 'content-type': 'application/json' };

describe('the HTTP mirror', () => {
  it('answers with the body a socket would get', async () => {
    const response = await post('/api/v1/lab.echo', { headers: json, body: '{"text":"hello"}' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ ok: true, data: { text: 'hello' } });
  });

  it.each<[string, RequestInit, string]>([
    ['broken JSON', { headers: json, body: '{"text":' }, 'body'],
    ['text', { headers: { 'content-type': 'text/plain' }, body: 'hello' }, 'Content-Type'],
    ['a form', { body: new URLSearchParams({ text: 'hello' }) }, 'Content-Type'],
    [
      'an unknown charset',
      { headers: { 'content-type': 'application/json; charset=x' }, body: '{}' },
      'body',
    ],
    ['an unknown encoding', { headers: { ...json, 'content-encoding': 'x' }, body: '{}' }, 'body'],
    ['a body that is not gzip', { headers: { ...json, 'content-encoding': 'gzip' }, body: '{}' }, 'body'],
    ['null', { headers: json, body: 'null' }, 'text'],
    ['a list', { headers: json, body: '[]' }, 'input'],
    ['no body', {}, 'text'],
    ['a deadline that is no number', { headers: { 'x-deadline-ms': 'soon' } }, 'deadlineMs'],
  ])('names what is wrong with %s', async (_what, init, path) => {
    const response = await post('/api/v1/lab.echo', init);
    expect(response.status).toBe(400);
    const error = refused(await response.json());
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.details?.map((detail) => detail.path)).toContain(path);
    expect(response.headers.get('x-request-id')).toBe(error.requestId);
  });

  it('refuses a body that is too large before it is read', async () => {
    const response = await post('/api/v1/lab.echo', {
      headers: json,
      body: JSON.stringify({ text: 'x'.repeat(300_000) }),
    });
    expect(response.status).toBe(413);
    expect(refused(await response.json()).code).toBe('PAYLOAD_TOO_LARGE');
  });

  it.each<[string, Record<string, string>]>([
    ['a bad token', { authorization: 'Bearer nobody' }],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['a scheme alone', { authorization: 'Bearer ' }],
    ['a bad key', { 'x-api-key': 'nothing' }],
    ['both at once', { authorization: 'Bearer admin', 'x-api-key': 'key' }],
  ])('refuses %s even where none is needed', async (_what, headers) => {
    const response = await post('/api/v1/lab.echo', {
      headers: { ...json, ...headers },
      body: '{"text":"x"}',
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(refused(await response.json()).code).toBe('UNAUTHENTICATED');
  });

  it('takes the credentials a socket takes', async () => {
    const asAccount = await post('/api/v1/lab.me', { headers: { authorization: 'bearer bettor' } });
    expect(await asAccount.json()).toMatchObject({
      ok: true,
      data: { actor: 'bettor', address: '127.0.0.1' },
    });
    const asKey = await post('/api/v1/lab.lookup', {
      headers: { ...json, 'x-api-key': 'key' },
      body: '{"id":"a","purpose":"bet"}',
    });
    expect(await asKey.json()).toEqual({ ok: true, data: { status: 'CLEAR' } });
  });

  it('gives a request id back: the client’s when it is well formed, otherwise its own', async () => {
    const own = await post('/api/v1/lab.me', { headers: { authorization: 'Bearer bettor' } });
    const { data } = (await own.json()) as { data: { requestId: string } };
    expect(own.headers.get('x-request-id')).toBe(data.requestId);
    const given = await post('/api/v1/lab.nothing', { headers: { 'x-request-id': 'shop-42' } });
    expect(given.headers.get('x-request-id')).toBe('shop-42');
    expect(refused(await given.json()).requestId).toBe('shop-42');
    const odd = await post('/api/v1/lab.nothing', { headers: { 'x-request-id': 'a b'.repeat(50) } });
    expect(odd.headers.get('x-request-id')).toMatch(/^r_/);
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH'])('answers %s with a coded 404', async (method) => {
    const response = await fetch(`${world.url}/api/v1/lab.echo`, { method });
    expect(response.status).toBe(404);
    expect(response.headers.get('allow')).toBe('POST');
    expect(refused(await response.json()).code).toBe('NOT_FOUND');
  });

  it.each(['/api/v1/', '/api/v1', '/api/v1/a/b', '/api/nothing', '/missing.js'])(
    'answers POST %s with a coded 404',
    async (path) => {
      const response = await post(path);
      expect(response.status).toBe(404);
      expect(refused(await response.json()).code).toBe('NOT_FOUND');
    },
  );

  it('survives a path that cannot be decoded, and a request that is none', async () => {
    const response = await post('/api/v1/%E0%A4%A');
    expect(response.status).toBe(400);
    expect(refused(await response.json()).code).toBe('INVALID_INPUT');
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(world.port, '127.0.0.1', () => socket.write('nonsense\r\n\r\n'));
      let text = '';
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    expect((await post('/api/v1/lab.echo', { headers: json, body: '{"text":"alive"}' })).status).toBe(200);
  });

  it('gives up at the deadline', async () => {
    const response = await post('/api/v1/lab.hold', { headers: { 'x-deadline-ms': '30' } });
    expect(response.status).toBe(504);
    world.lab.gate.open();
  });
});

describe('what is open without credentials', () => {
  it('/livez is alive', async () => {
    expect((await fetch(`${world.url}/livez`)).status).toBe(200);
  });

  it('/readyz tells each part, and is ready only when all of them are', async () => {
    const ready = await fetch(`${world.url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      status: 'ready',
      parts: { database: 'ok', replica: 'ok', administrator: 'ok' },
    });
    world.readiness.parts = { database: true, replica: false, administrator: true };
    const unready = await fetch(`${world.url}/readyz`);
    expect(unready.status).toBe(503);
    expect(await unready.json()).toMatchObject({ status: 'unready', parts: { replica: 'failed' } });
    world.readiness.parts = new Error('cannot tell');
    expect((await fetch(`${world.url}/readyz`)).status).toBe(503);
    world.readiness.parts = { database: true, replica: true, administrator: true };
  });

  it('/readyz stays ready, degraded, without Redis', async () => {
    const bus = {
      publish: () => {},
      subscribe: () => () => {},
      status: 'degraded',
      close: async () => {},
    } as const;
    await using degraded = await openWorld({ database: world.database, bus });
    const response = await fetch(`${degraded.url}/readyz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'degraded', parts: { redis: 'degraded' } });
  });

  it('/metrics are for loopback and for whom METRICS_ALLOW names', async () => {
    const response = await fetch(`${world.url}/metrics`);
    expect(response.status).toBe(200);
    const text = await response.text();
    for (const name of [
      'kinga_calls_total',
      'kinga_call_seconds_bucket',
      'kinga_refusals_total',
      'kinga_sockets',
    ]) {
      expect(text).toContain(name);
    }
    expect(text).toContain('nodejs_eventloop_lag');
    const passedOn = { headers: { 'x-forwarded-for': '203.0.113.7' } };
    expect((await fetch(`${world.url}/metrics`, passedOn)).status).toBe(403);
    await using proxied = await openWorld({
      database: world.database,
      env: { TRUSTED_PROXIES: '127.0.0.1', METRICS_ALLOW: '203.0.113.0/28' },
    });
    expect((await fetch(`${proxied.url}/metrics`, passedOn)).status).toBe(200);
    const stranger = await fetch(`${proxied.url}/metrics`, {
      headers: { 'x-forwarded-for': '203.0.113.99' },
    });
    expect(stranger.status).toBe(403);
    expect(refused(await stranger.json()).code).toBe('FORBIDDEN');
  });

  it('headers keep others out and let our own page work', async () => {
    const { headers } = await fetch(`${world.url}/`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain(`ws://127.0.0.1:${world.port}`);
    expect(policy).not.toContain('unsafe-eval');
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});
