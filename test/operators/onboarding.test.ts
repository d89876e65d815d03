import type { Decision } from '@kinga/shared/operators/onboarding.ts';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';

const DOCUMENT = {
  kind: 'licence',
  sha256: 'a'.repeat(64),
  mediaType: 'application/pdf',
  sizeBytes: 120_000,
} as const;

function applicationFor(licenceNo: string) {
  return {
    name: 'Bahati Ltd',
    licenceNo,
    contactEmail: 'licence@bahati.test',
    contactPhone: '+254 20 123 4567',
    website: 'https://bahati.test',
    documents: [DOCUMENT],
  };
}

async function decide(hub: TestHub, token: string, id: string, decision: Decision) {
  return (await hub.http('operators.review', { id, decision, note: 'seen' }, { token })).body;
}

test('an applicant becomes the staff of the operator that their approved application makes', async () => {
  await using hub = await startTestHub();
  const applicant = await hub.account('operator');
  const regulator = await hub.account('regulator');
  const sent = ok((await hub.http('operators.apply', applicationFor('BCLB-7'), applicant)).body);
  expect(sent).toMatchObject({ state: 'submitted', applicantId: applicant.account.id, operatorId: null });
  ok(await decide(hub, regulator.token, sent.id, 'inReview'));
  const approved = ok(await decide(hub, regulator.token, sent.id, 'approved'));
  expect(approved.reviews.map(({ decision, reviewerId }) => [decision, reviewerId])).toEqual([
    ['inReview', regulator.account.id],
    ['approved', regulator.account.id],
  ]);
  // The refreshed token names the operator, and that operator is all it sees.
  const { refreshToken } = applicant;
  const session = ok((await hub.http('identity.refresh', { refreshToken })).body);
  expect(session.account.operatorId).toBe(approved.operatorId);
  const own = ok((await hub.http('operators.get', {}, { token: session.accessToken })).body);
  expect(own).toMatchObject({
    id: approved.operatorId,
    name: 'Bahati Ltd',
    licenceNo: 'BCLB-7',
    contactPhone: '+254 20 123 4567',
    state: 'active',
  });
  const other = await hub.operatorKey();
  const foreign = await hub.http(
    'operators.get',
    { operatorId: other.operatorId },
    { token: session.accessToken },
  );
  expect(refused(foreign.body).code).toBe('NOT_FOUND');
  const again = await hub.http('operators.apply', applicationFor('BCLB-8'), applicant);
  expect(refused(again.body).code).toBe('CONFLICT');
});

test('who was asked for more information sends the application again; nobody else can', async () => {
  await using hub = await startTestHub();
  const [applicant, stranger, regulator] = await Promise.all([
    hub.account('operator'),
    hub.account('operator'),
    hub.account('regulator'),
  ]);
  const { id } = ok((await hub.http('operators.apply', applicationFor('BCLB-1'), applicant)).body);
  const better = { ...applicationFor('BCLB-1'), id, name: 'Bahati Kenya Ltd' };
  expect(refused((await hub.http('operators.apply', better, applicant)).body).code).toBe('CONFLICT');
  ok(await decide(hub, regulator.token, id, 'inReview'));
  ok(await decide(hub, regulator.token, id, 'moreInformation'));
  expect(refused((await hub.http('operators.apply', better, stranger)).body).code).toBe('NOT_FOUND');
  expect(refused((await hub.http('operators.getApplication', { id }, stranger)).body).code).toBe('NOT_FOUND');
  const seen = ok((await hub.http('operators.getApplication', { id }, applicant)).body);
  expect(seen.reviews.at(-1)).toMatchObject({ decision: 'moreInformation', note: 'seen' });
  const completed = ok((await hub.http('operators.apply', better, applicant)).body);
  expect(completed).toMatchObject({ id, state: 'submitted', name: 'Bahati Kenya Ltd' });
  const mine = ok((await hub.http('operators.listApplications', {}, applicant)).body);
  expect(mine.items.map((item) => item.id)).toEqual([id]);
  expect(ok((await hub.http('operators.listApplications', {}, stranger)).body).items).toEqual([]);
  const open = ok(
    (await hub.http('operators.listApplications', { state: 'submitted' }, { token: regulator.token })).body,
  );
  expect(open.items.map((item) => item.id)).toEqual([id]);
});

test('nobody reviews their own application, and no step is left out or taken back', async () => {
  await using hub = await startTestHub();
  const admin = await hub.admin();
  const regulator = await hub.account('regulator');
  const { id } = ok((await hub.http('operators.apply', applicationFor('BCLB-2'), admin)).body);
  expect(refused(await decide(hub, admin.token, id, 'inReview')).code).toBe('FORBIDDEN');
  expect(refused(await decide(hub, regulator.token, id, 'approved')).code).toBe('CONFLICT');
  ok(await decide(hub, regulator.token, id, 'inReview'));
  ok(await decide(hub, regulator.token, id, 'rejected'));
  expect(refused(await decide(hub, regulator.token, id, 'approved')).code).toBe('CONFLICT');
  expect(refused(await decide(hub, regulator.token, 'app_none', 'approved')).code).toBe('NOT_FOUND');
  // A rejected one stands in nobody's way.
  ok((await hub.http('operators.apply', applicationFor('BCLB-2'), admin)).body);
});

test('ten approvals at once make one operator; two open applications for one licence cannot be', async () => {
  await using hub = await startTestHub();
  const applicant = await hub.account('operator');
  const rival = await hub.account('operator');
  const regulator = await hub.account('regulator');
  const both = await Promise.all(
    [applicant, rival].map(
      async (who) => (await hub.http('operators.apply', applicationFor('x-1'), who)).body,
    ),
  );
  const [sent] = both.filter((ack) => ack.ok).map(ok);
  expect(both.filter((ack) => !ack.ok).map((ack) => refused(ack).details?.[0]?.path)).toEqual(['licenceNo']);
  const id = sent?.id ?? '';
  ok(await decide(hub, regulator.token, id, 'inReview'));
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => decide(hub, regulator.token, id, 'approved')),
  );
  expect(answers.filter((ack) => ack.ok)).toHaveLength(1);
  expect(new Set(answers.filter((ack) => !ack.ok).map((ack) => refused(ack).code))).toEqual(
    new Set(['CONFLICT']),
  );
  const { rows } = await hub.database.pool.query('SELECT id FROM operators');
  expect(rows).toHaveLength(1);
  const late = await hub.http('operators.apply', applicationFor('X-1'), await hub.account('operator'));
  expect(refused(late.body).details?.[0]?.path).toBe('licenceNo');
});

test('every malformed field of an application is named; strangers to the trade may not apply', async () => {
  await using hub = await startTestHub();
  const applicant = await hub.account('operator');
  const bad = {
    name: ' ',
    licenceNo: 'x',
    contactEmail: 'nobody',
    contactPhone: 'call me',
    website: 'javascript:alert(1)',
    documents: [{ ...DOCUMENT, sha256: 'short', sizeBytes: -1 }],
    extra: 1,
  };
  const error = refused((await hub.http('operators.apply', bad, applicant)).body);
  expect(error.code).toBe('INVALID_INPUT');
  expect(error.details?.map(({ path }) => path).sort()).toEqual([
    'contactEmail',
    'contactPhone',
    'documents[0].sha256',
    'documents[0].sizeBytes',
    'extra',
    'name',
    'website',
  ]);
  const input = applicationFor('BCLB-9');
  expect(refused((await hub.http('operators.apply', input)).body).code).toBe('UNAUTHENTICATED');
  const bettor = await hub.bettor();
  expect(refused((await hub.http('operators.apply', input, bettor)).body).code).toBe('FORBIDDEN');
  const review = { id: 'x', decision: 'approved', note: 'mine' };
  expect(refused((await hub.http('operators.review', review, applicant)).body).code).toBe('FORBIDDEN');
});

test('an application sent twice under its idempotency key is one', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.account('operator');
  const send = async () =>
    (
      await hub.http('operators.apply', applicationFor('BCLB-3'), {
        token,
        headers: { 'idempotency-key': 'one' },
      })
    ).body;
  const answers = (await Promise.all([send(), send(), send()])).map(ok);
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
});

test('what an operator is reached by is changed by administrators, and written down without its values', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const { operatorId } = await hub.operatorKey();
  const changes = { operatorId, contactEmail: 'New@Operator.test', website: 'https://operator.test' };
  const after = ok((await hub.http('operators.update', changes, { token })).body);
  expect(after).toMatchObject({ contactEmail: 'new@operator.test', website: 'https://operator.test' });
  const cleared = ok((await hub.http('operators.update', { operatorId, website: null }, { token })).body);
  expect(cleared).toMatchObject({ contactEmail: 'new@operator.test', website: null });
  const { rows } = await hub.database.pool.query(
    `SELECT details FROM audit_log WHERE action = 'operator.updated' ORDER BY id`,
  );
  expect(rows.map((row) => row.details)).toEqual([
    { fields: ['contactEmail', 'website'] },
    { fields: ['website'] },
  ]);
  const missing = await hub.http('operators.update', { operatorId: 'op_none', name: 'x' }, { token });
  expect(refused(missing.body).code).toBe('NOT_FOUND');
});
