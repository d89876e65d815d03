import { expect, test } from 'vitest';
import { startTestHub } from '../support/hub.ts';

const BAD = 'a\u0000b';

/** PostgreSQL cannot store it: without a rule of our own each of these would be an INTERNAL error, or worse. */
test('text with a NUL in it is malformed, wherever it stands, and named by its path', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const socket = await hub.connect({ token });
  const person = { name: BAD };
  const identifiers = [{ type: 'nationalId', value: '12345678' }];
  const inputs: readonly [name: string, input: object, paths: readonly string[]][] = [
    ['operators.create', { name: BAD, licenceNo: BAD, contactEmail: 'a@b.co' }, ['name', 'licenceNo']],
    ['operators.list', { cursor: BAD }, ['cursor']],
    ['operators.revokeKey', { keyId: BAD }, ['keyId']],
    ['broadcasts.send', { audience: 'all', severity: 'info', title: BAD, body: BAD }, ['title', 'body']],
    ['markets.get', { id: BAD }, ['id']],
    ['exclusions.get', { id: BAD }, ['id']],
    ['wallet.fund', { accountId: BAD, amountMinor: '0' }, ['amountMinor', 'accountId']],
    [
      'exclusions.register',
      { identifiers, period: '24h', source: 'court', reason: BAD, person },
      ['reason', 'person.name'],
    ],
    ['watch', { topic: `markets/${BAD}` }, ['topic']],
    ['watch', { topic: 'markets/x', from: { epoch: BAD, seq: 0 } }, ['from.epoch']],
  ];
  for (const [name, input, paths] of inputs) {
    const answer = await hub.call(socket, name, input);
    expect(answer, name).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } });
    if (!answer.ok) expect(answer.error.details?.map(({ path }) => path)).toEqual(paths);
  }
  const { status, body } = await hub.http('markets.get', { id: BAD }, { token });
  expect([status, body]).toMatchObject([400, { ok: false, error: { code: 'INVALID_INPUT' } }]);
});

/** PostgreSQL would store something else, and refuses it as JSON: an INTERNAL error, or two customers made one. */
test('so is half of a surrogate pair; a whole one is a text like others', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await hub.operatorKey();
  const { token } = await hub.account('operator', { operatorId });
  const update = async (name: string) => {
    const input = { incidentContact: { name, email: 'ops@simba.test' } };
    return await hub.http('operators.updateSettings', input, { token });
  };
  for (const half of ['\ud83e', 'a\udd81b']) {
    const { status, body } = await update(half);
    const details = [{ path: 'incidentContact.name', message: 'must not contain half of a surrogate pair' }];
    expect([status, body]).toMatchObject([400, { error: { code: 'INVALID_INPUT', details } }]);
  }
  expect((await update('\ud83e\udd81')).body).toMatchObject({ data: { incidentContact: { name: '🦁' } } });
});
