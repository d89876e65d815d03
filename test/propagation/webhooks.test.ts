import { type AddressInfo, createServer, type Socket } from 'node:net';
import { verifyWebhook } from '@kinga/client-sdk';
import { isPublicAddress } from '@kinga/server/domains/propagation/webhooks/addresses.ts';
import { checkUrl, post } from '@kinga/server/domains/propagation/webhooks/post.ts';
import { deliverWebhookJob } from '@kinga/workers/propagation/deliver-webhook.job.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { runtimeOf } from '../workers/support.ts';
import { endpoint } from './endpoint.ts';
import { asAdmin, exclude, type House, newHouse } from './support.ts';

let hub: TestHub;
let closed: TestHub;
let worker: ReturnType<typeof runtimeOf>;

beforeAll(async () => {
  // Demo mode is what allows posts to this machine.
  hub = await startTestHub({ env: { DEMO: '1' } });
  closed = await startTestHub({ database: hub.database });
  worker = runtimeOf(hub.platform, { jobs: [deliverWebhookJob] });
  await worker.start();
});

afterAll(async () => {
  await worker.stop();
  await closed[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
});

async function concern(house: House, count = 1): Promise<void> {
  for (let i = 0; i < count; i++) {
    const person = newPerson();
    await house.issue(person.identifiers, `customer ${i}`);
    await exclude(hub, person.identifiers);
  }
}

const acknowledged = async (house: House) => (await house.ask('operators.acknowledged')).seq;

describe('an operator without a socket', () => {
  it('is posted nothing while it is suspended, and everything when it is reinstated', async () => {
    await using target = await endpoint(() => ({ status: 204 }));
    const house = await newHouse(hub);
    const other = await newHouse(hub);
    for (const { ask } of [house, other]) await ask('operators.setWebhook', { url: target.url });
    const { operatorId } = house;
    const person = newPerson();
    for (const { issue } of [house, other]) await issue(person.identifiers);
    await asAdmin(hub, 'operators.suspend', { operatorId, reason: 'under inquiry' });
    await exclude(hub, person.identifiers);
    await probe(async () => (await acknowledged(other)) === 1);
    const posted = () => target.posts.map(({ body }) => JSON.parse(body).operatorId);
    expect(posted()).toEqual([other.operatorId]);
    await asAdmin(hub, 'operators.reinstate', { operatorId });
    await probe(async () => (await acknowledged(house)) === 1);
    expect(posted()).toEqual([other.operatorId, operatorId]);
  });

  it('is posted its changes, signed and in order, and a 2xx acknowledges them', async () => {
    await using target = await endpoint(() => ({ status: 204 }));
    const house = await newHouse(hub);
    const { secret, webhook } = await house.ask('operators.setWebhook', { url: target.url });
    expect(webhook).toMatchObject({ url: target.url, failures: 0, oldSecretEndsAt: null });
    await concern(house, 3);
    await probe(async () => (await acknowledged(house)) === 3);
    expect(target.seqs()).toEqual([1, 2, 3]);
    const { headers, body } = target.posts[0]!;
    const delivery = await verifyWebhook(secret, headers, body);
    expect(headers['x-kinga-delivery']).toBe(delivery.id);
    expect(delivery.events[0]).toMatchObject({
      seq: 1,
      type: 'registered',
      data: { customerIds: ['customer 0'] },
    });
    await expect(verifyWebhook(secret, headers, `${body} `)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    await expect(verifyWebhook('whsec_another', headers, body)).rejects.toThrow('No signature');
    await expect(verifyWebhook(secret, {}, body)).rejects.toThrow('no signature');
    const late = new Date(Date.now() + 301_000);
    await expect(verifyWebhook(secret, new Headers(headers as never), body, { now: late })).rejects.toThrow(
      '300',
    );
    const { items } = await asAdmin(hub, 'propagation.receipts', { operatorId: house.operatorId });
    expect(items.every(({ sentAt, acknowledgedAt }) => sentAt !== null && acknowledgedAt !== null)).toBe(
      true,
    );
  });

  it('is posted again what it did not take, until it does, nothing missed and in order', async () => {
    const answers = [500, 302, 503];
    await using target = await endpoint(() => ({
      status: answers.shift() ?? 200,
      headers: { location: 'http://127.0.0.1:1/elsewhere' },
      body: `no \u0000${'x'.repeat(2_000)}`,
    }));
    const house = await newHouse(hub);
    await house.ask('operators.setWebhook', { url: target.url });
    await concern(house, 2);
    await probe(async () => (await acknowledged(house)) === 2);
    const { items } = await house.ask('operators.webhookDeliveries');
    expect(
      items
        .map(({ status }) => status)
        .reverse()
        .slice(0, 3),
    ).toEqual([500, 302, 503]);
    expect(items.at(-1)).toMatchObject({
      delivered: false,
      attempt: 1,
      afterSeq: 0,
      failure: 'answered 500',
    });
    expect(items.every(({ answer }) => (answer ?? '').length <= 500)).toBe(true);
    expect(items[0]).toMatchObject({ delivered: true, upToSeq: 2 });
    expect(target.seqs()[0]).toBe(1);
    expect((await house.ask('operators.webhook')).webhook).toMatchObject({
      failures: 0,
      nextAttemptAt: null,
    });
  });

  it('is posted up to a hundred changes at once, all that waited when its endpoint is set', async () => {
    const house = await newHouse(hub);
    const person = newPerson();
    await house.issue(person.identifiers);
    for (let i = 0; i < 120; i++) await exclude(hub, person.identifiers);
    await probe(async () => (await house.ask('operators.acknowledged')).head === 120);
    await using target = await endpoint(() => ({ status: 200 }));
    await house.ask('operators.setWebhook', { url: target.url });
    await probe(async () => (await acknowledged(house)) === 120);
    expect(target.posts).toHaveLength(2);
    expect(target.seqs()).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
  });

  it('may replace its secret without a gap: both sign until the overlap ends', async () => {
    await using target = await endpoint(() => ({ status: 200 }));
    const house = await newHouse(hub);
    const old = await house.ask('operators.setWebhook', { url: target.url });
    const fresh = await house.ask('operators.rotateWebhookSecret', { overlapHours: 1 });
    expect(await house.ask('operators.testWebhook')).toMatchObject({
      delivered: true,
      status: 200,
      failure: null,
    });
    const [both] = target.posts;
    await verifyWebhook(old.secret, both!.headers, both!.body);
    await verifyWebhook(fresh.secret, both!.headers, both!.body);
    await hub.database.pool.query(
      'UPDATE operator_webhooks SET old_secret_ends_at = clock_timestamp() WHERE tenant_id = $1',
      [house.operatorId],
    );
    await house.ask('operators.testWebhook');
    const [, one] = target.posts;
    await verifyWebhook(fresh.secret, one!.headers, one!.body);
    await expect(verifyWebhook(old.secret, one!.headers, one!.body)).rejects.toThrow('No signature');
    const { rows } = await hub.database.pool.query<{ text: string }>(
      'SELECT row_to_json(w)::text AS text FROM operator_webhooks w WHERE tenant_id = $1',
      [house.operatorId],
    );
    for (const { secret } of [old, fresh]) expect(rows[0]?.text).not.toContain(secret);
  });

  it('is posted to its new endpoint at once, whatever the old one is failing at just then', async () => {
    await using target = await endpoint(() => ({ status: 204 }));
    const sockets: Socket[] = [];
    const dead = createServer((socket) => void sockets.push(socket.on('error', () => {})));
    await new Promise<void>((resolve) => dead.listen(0, '127.0.0.1', resolve));
    const house = await newHouse(hub);
    const url = `http://127.0.0.1:${(dead.address() as AddressInfo).port}/`;
    await house.ask('operators.setWebhook', { url });
    await hub.database.pool.query('UPDATE operator_webhooks SET failures = 20 WHERE tenant_id = $1', [
      house.operatorId,
    ]);
    await concern(house);
    await probe(() => sockets.length > 0);
    await house.ask('operators.setWebhook', { url: target.url });
    for (const socket of sockets) socket.destroy();
    await probe(async () => (await acknowledged(house)) === 1);
    expect(target.seqs()).toEqual([1]);
    expect((await house.ask('operators.webhook')).webhook).toMatchObject({
      failures: 0,
      nextAttemptAt: null,
    });
    dead.close();
  });

  it('is not posted any more once it is removed', async () => {
    await using target = await endpoint(() => ({ status: 200 }));
    const house = await newHouse(hub);
    await house.ask('operators.setWebhook', { url: target.url });
    expect(await house.ask('operators.removeWebhook')).toMatchObject({ removed: true });
    expect(await house.ask('operators.removeWebhook')).toMatchObject({ removed: false });
    expect((await house.ask('operators.webhook')).webhook).toBeNull();
    expect((await house.refusal('operators.testWebhook')).code).toBe('NOT_FOUND');
    expect((await house.refusal('operators.rotateWebhookSecret', { overlapHours: 1 })).code).toBe(
      'NOT_FOUND',
    );
  });
});

describe('a webhook', () => {
  it('leads to public addresses over TLS alone, outside demo mode', async () => {
    const house = await newHouse(closed);
    for (const url of [
      'http://operator.example/hook',
      'https://127.0.0.1/',
      'https://10.1.2.3/',
      'https://[::1]/',
      'https://[::ffff:127.0.0.1]/',
      'https://0x7f.1/',
      'https://user:word@operator.example/',
      'ftp://operator.example/',
    ]) {
      expect(await house.refusal('operators.setWebhook', { url }), url).toMatchObject({
        code: 'INVALID_INPUT',
        details: [{ path: 'url' }],
      });
    }
    await house.ask('operators.setWebhook', { url: 'https://operator.example/hook' });
  });

  it('holds nobody up by an answer that is none', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const message = { url: `http://127.0.0.1:${port}/`, headers: {}, body: '{}', anywhere: true };
    expect(await post(message)).toMatchObject({ delivered: false, status: 101, failure: 'answered 101' });
    await new Promise((done) => server.close(done));
  });

  it('is not posted to where its name leads to this machine', async () => {
    const outcome = await post({ url: 'https://localhost:1/', headers: {}, body: '{}', anywhere: false });
    expect(outcome).toMatchObject({ delivered: false, status: null });
    expect(outcome.failure).toContain('not public');
    expect(() => checkUrl('https://169.254.169.254/', false)).toThrow('not a public address');
  });

  it.each([
    ['8.8.8.8', true],
    ['172.15.0.1', true],
    ['172.16.0.1', false],
    ['100.64.0.1', false],
    ['224.0.0.1', false],
    ['2606:4700::1111', true],
    ['fe80::1', false],
    ['fd00::1', false],
    ['64:ff9b::7f00:1', false],
    ['2002:7f00:1::', false],
    ['::', false],
    ['nonsense', false],
  ])('%s is public: %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected);
  });

  it('belongs to its operator', async () => {
    const [house, foreign] = [await newHouse(hub), await newHouse(hub)];
    const staff = await hub.account('operator', { operatorId: house.operatorId });
    const names = ['operators.webhook', 'operators.webhookDeliveries', 'operators.removeWebhook'];
    for (const name of names) {
      const code = async (credentials: object) =>
        refused((await hub.http(name, { operatorId: foreign.operatorId }, credentials)).body).code;
      expect(await code({ token: staff.token })).toBe('NOT_FOUND');
      expect(await code({ apiKey: house.apiKey })).toBe('NOT_FOUND');
      expect(await code({})).toBe('UNAUTHENTICATED');
      expect(await code({ token: (await hub.bettor()).token })).toBe('FORBIDDEN');
    }
  });
});
