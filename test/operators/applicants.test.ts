import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { codeSentTo, messagesTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';

const PASSWORD = 'nywila ndefu ya siri';
const CONTACT = 'licence@bahati.test';

function applicationFor(licenceNo: string) {
  const document = { kind: 'licence', sha256: 'a'.repeat(64), mediaType: 'application/pdf', sizeBytes: 1 };
  return { name: 'Bahati Ltd', licenceNo, contactEmail: CONTACT, documents: [document] };
}

async function signUp(hub: TestHub, locale: 'en' | 'sw' = 'en') {
  const { email } = newPerson();
  const input = { email, password: PASSWORD, as: 'operator', locale };
  const { challengeId } = ok((await hub.http('identity.register', input)).body);
  const code = await codeSentTo(hub.platform, email);
  ok((await hub.http('identity.verifyContact', { challengeId, code })).body);
  return await hub.signIn(email, PASSWORD);
}

async function templatesTo(hub: TestHub, to: string) {
  return (await messagesTo(hub.platform, to)).map(({ template }) => template);
}

test('somebody signs up for an operator, applies, and hears of every step, and so does its contact', async () => {
  await using hub = await startTestHub();
  const applicant = await signUp(hub, 'sw');
  expect(applicant.account).toMatchObject({ role: 'operator', operatorId: null });
  const regulator = await hub.account('regulator');
  const sent = ok((await hub.http('operators.apply', applicationFor('BCLB-1'), applicant)).body);
  const decide = async (decision: string) =>
    ok((await hub.http('operators.review', { id: sent.id, decision, note: 'seen' }, regulator)).body);
  await decide('inReview');
  await decide('moreInformation');
  ok((await hub.http('operators.apply', { ...applicationFor('BCLB-1'), id: sent.id }, applicant)).body);
  await decide('inReview');
  const { operatorId } = await decide('approved');
  const steps = ['Received', 'Incomplete', 'Received', 'Approved'].map((step) => `application${step}`);
  expect(await templatesTo(hub, applicant.email)).toEqual(['codeForOperatorAccount', ...steps]);
  expect(await templatesTo(hub, CONTACT)).toEqual(steps);
  const [first] = await messagesTo(hub.platform, CONTACT);
  expect(first).toMatchObject({ locale: 'sw', data: { name: 'Bahati Ltd' } });

  for (const round of [1, 2]) {
    ok((await hub.http('operators.suspend', { operatorId, reason: `x${round}` }, regulator)).body);
  }
  ok((await hub.http('operators.reinstate', { operatorId }, regulator)).body);
  for (const to of [applicant.email, CONTACT]) {
    expect((await templatesTo(hub, to)).slice(-2)).toEqual(['operatorSuspended', 'operatorReinstated']);
  }
  const refreshed = await hub.signIn(applicant.email, PASSWORD);
  expect(refreshed.account.operatorId).toBe(operatorId);
});

test('an applicant whose application is refused is told, and may send another; two open ones may not be', async () => {
  await using hub = await startTestHub();
  const applicant = await signUp(hub);
  const regulator = await hub.account('regulator');
  const apply = async (licenceNo: string) =>
    (await hub.http('operators.apply', applicationFor(licenceNo), applicant)).body;
  const both = await Promise.all([apply('BCLB-1'), apply('BCLB-2')]);
  expect(both.filter((ack) => !ack.ok).map((ack) => refused(ack).code)).toEqual(['CONFLICT']);
  const id = both.filter((ack) => ack.ok).map((ack) => ok(ack).id)[0];
  for (const decision of ['inReview', 'rejected']) {
    ok((await hub.http('operators.review', { id, decision, note: 'no' }, regulator)).body);
  }
  expect((await templatesTo(hub, applicant.email)).at(-1)).toBe('applicationRejected');
  ok(await apply('BCLB-3'));
});

test('whoever has applied only is nobody’s staff: they see, ask and hear nothing of operators', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await hub.operatorKey();
  const applicant = await signUp(hub);
  for (const [name, input] of [
    ['operators.get', { operatorId }],
    ['operators.listKeys', { operatorId }],
    ['operators.issueKey', { operatorId, label: 'x', scopes: ['operator:self'], environment: 'sandbox' }],
    ['operators.settings', {}],
    ['operators.auditLog', {}],
    ['operators.statistics', {}],
    ['operators.inviteStaff', { email: newPerson().email }],
    ['propagation.status', {}],
    ['propagation.receipts', {}],
  ] as const) {
    expect([name, refused((await hub.http(name, input, applicant)).body).code]).toEqual([name, 'NOT_FOUND']);
  }
  for (const [name, input] of [
    ['operators.list', {}],
    ['petitions.list', {}],
    ['sandbox.reset', {}],
    ['exclusions.list', {}],
  ] as const) {
    expect([name, refused((await hub.http(name, input, applicant)).body).code]).toEqual([name, 'FORBIDDEN']);
  }
  const admin = await hub.admin();
  const message = { title: 'To operators', body: 'x', severity: 'info', audience: 'role:operator' };
  ok((await hub.http('broadcasts.send', message, admin)).body);
  expect(ok((await hub.http('broadcasts.pending', {}, applicant)).body).items).toEqual([]);
});

test('whoever works for an operator signs up by an e-mail address, and as nothing more', async () => {
  await using hub = await startTestHub();
  const input = { phone: newPerson().phone, password: PASSWORD, as: 'operator' };
  const byPhone = refused((await hub.http('identity.register', input)).body);
  expect([byPhone.code, byPhone.details?.[0]?.path]).toEqual(['INVALID_INPUT', 'phone']);
  const { email } = newPerson();
  const asAdmin = refused(
    (await hub.http('identity.register', { email, password: PASSWORD, as: 'admin' })).body,
  );
  expect([asAdmin.code, asAdmin.details?.[0]?.path]).toEqual(['INVALID_INPUT', 'as']);
});
