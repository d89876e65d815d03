import { connect, HubError } from '@kinga/client-sdk';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { probe } from '../support/probe.ts';
import { WireServer } from './wire-server.ts';

const CLEAR = {
  status: 'CLEAR',
  asOf: '2026-11-20T09:00:00.120Z',
  seq: 43,
  validUntil: '2026-11-20T09:01:00.120Z',
  checkId: 'c_1',
};
const nationalId = (value: string) => ({
  identifiers: [{ type: 'nationalId' as const, value }],
  purpose: 'bet' as const,
});

interface Check {
  ref: string;
  identifiers: { value: string }[];
}

/** Answers like the hub: by ref, in another order than asked, each with its own id as checkId. */
async function hubThatAnswers(
  answerOf: (check: Check) => object = (check) => ({ ...CLEAR, checkId: check.identifiers[0]?.value }),
) {
  const server = await WireServer.start();
  server.answer('exclusions.lookup', CLEAR);
  server.on('exclusions.lookupMany', ({ input, answer }) => {
    const { checks } = input as { checks: Check[] };
    answer({
      ok: true,
      data: { results: checks.map((check) => ({ ref: check.ref, ...answerOf(check) })).reverse() },
    });
  });
  return server;
}

test('lookups of one tick travel as one message, and each gets its own answer', async () => {
  await using server = await hubThatAnswers();
  await using hub = await connect({ url: server.url });
  const values = Array.from({ length: 300 }, (_, index) => String(10_000_000 + index));
  const answers = await Promise.all(values.map((value) => hub.exclusions.lookup(nationalId(value))));
  expect(server.names()).toEqual(['exclusions.lookupMany']);
  expect(answers.map((answer) => answer.checkId)).toEqual(values);
  expect(Object.keys(answers[0] ?? {})).toEqual(['status', 'asOf', 'seq', 'validUntil', 'checkId']);
});

test('a lookup may name a person, and says what to ask for next', async () => {
  const match = { status: 'UNKNOWN', policyVersion: 1, reason: 'possible_match', ask: 'nationalId' } as const;
  await using server = await hubThatAnswers(() => match);
  await using hub = await connect({ url: server.url });
  const person = { name: 'Amina Wanjiku', dateOfBirth: '1990-00-00' };
  const question = { identifiers: [], person, purpose: 'registration' as const };
  const [first] = await Promise.all([hub.exclusions.lookup(question), hub.exclusions.lookup(question)]);
  expect(first).toMatchObject(match);
  expect(server.of('exclusions.lookupMany')[0]?.input).toMatchObject({ checks: [{ person }, { person }] });
});

test('a lonely lookup goes as a lookup', async () => {
  await using server = await hubThatAnswers();
  await using hub = await connect({ url: server.url });
  await expect(hub.exclusions.lookup(nationalId('23456789'))).resolves.toEqual(CLEAR);
  expect(server.names()).toEqual(['exclusions.lookup']);
});

test('a message holds at most 1,000 lookups and less than 256 KiB', async () => {
  await using server = await hubThatAnswers();
  await using hub = await connect({ url: server.url });
  const many = Array.from({ length: 2_500 }, (_, index) => nationalId(String(index)));
  const long = Array.from({ length: 1_000 }, (_, index) => ({
    identifiers: [{ type: 'email' as const, value: `${index}@${'\u0001'.repeat(300)}` }],
    purpose: 'bet' as const,
  }));
  await Promise.all([...many, ...long].map((input) => hub.exclusions.lookup(input)));
  const messages = server.of('exclusions.lookupMany').map((call) => call.input as { checks: Check[] });
  expect(messages.reduce((sum, message) => sum + message.checks.length, 0)).toBe(3_500);
  expect(Math.max(...messages.map((message) => message.checks.length))).toBeLessThanOrEqual(1_000);
  expect(Math.max(...messages.map((message) => JSON.stringify(message).length))).toBeLessThan(256 * 1_024);
});

describe('while four messages are under way', () => {
  afterEach(() => void vi.useRealTimers());

  /** Single lookups stay unanswered until `release`; messages of many are answered at once. */
  async function fourUnderWay() {
    const server = await hubThatAnswers();
    const release: (() => void)[] = [];
    server.on('exclusions.lookup', ({ input, answer }) => {
      const [first] = (input as Check).identifiers;
      release.push(() => answer({ ok: true, data: { ...CLEAR, checkId: first?.value } }));
    });
    const hub = await connect({ url: server.url });
    const asked: Promise<{ checkId: string }>[] = [];
    for (let count = 1; count <= 4; count++) {
      asked.push(hub.exclusions.lookup(nationalId(String(count))));
      await probe(() => release.length === count);
    }
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (let count = 5; count <= 8; count++) {
      asked.push(hub.exclusions.lookup(nationalId(String(count))));
      await nextTick();
    }
    return { server, hub, release, asked, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  }

  const nextTick = () => new Promise((resolve) => setImmediate(resolve));
  const idsOf = async (asked: Promise<{ checkId: string }>[]) =>
    (await Promise.all(asked)).map(({ checkId }) => checkId);

  test('what is asked in later ticks gathers, and goes as one message when one is answered', async () => {
    await using at = await fourUnderWay();
    expect(at.server.names()).toHaveLength(4);
    for (const answer of at.release) answer();
    expect(await idsOf(at.asked)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    expect(at.server.names().slice(4)).toEqual(['exclusions.lookupMany']);
    vi.useRealTimers();
    await at.hub.close();
  });

  test('nobody is kept waiting for longer than two milliseconds', async () => {
    await using at = await fourUnderWay();
    vi.advanceTimersByTime(2);
    expect(await idsOf(at.asked.slice(4))).toEqual(['5', '6', '7', '8']);
    for (const answer of at.release) answer();
    expect(await idsOf(at.asked)).toHaveLength(8);
    vi.useRealTimers();
    await at.hub.close();
  });
});

test('a malformed lookup fails alone, with the paths of a single lookup', async () => {
  await using server = await hubThatAnswers((check) =>
    check.identifiers[0]?.value === '0712'
      ? {
          error: {
            code: 'INVALID_INPUT',
            message: 'checks[1].identifiers[0].value: not a Kenyan phone number',
            details: [{ path: 'checks[1].identifiers[0].value', message: 'not a Kenyan phone number' }],
          },
        }
      : CLEAR,
  );
  await using hub = await connect({ url: server.url });
  const outcomes = await Promise.allSettled(
    ['1', '0712', '3'].map((value) => hub.exclusions.lookup(nationalId(value))),
  );
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  const error = (outcomes[1] as PromiseRejectedResult).reason;
  expect(error).toBeInstanceOf(HubError);
  expect(error).toMatchObject({
    code: 'INVALID_INPUT',
    procedure: 'exclusions.lookup',
    message: 'identifiers[0].value: not a Kenyan phone number',
    details: [{ path: 'identifiers[0].value', message: 'not a Kenyan phone number' }],
  });
});

test('a message refused for the shape of one lookup is sent again without it', async () => {
  await using server = await hubThatAnswers();
  server.on('exclusions.lookupMany', ({ input, answer }) => {
    const { checks } = input as { checks: (Check & { purpose: string })[] };
    const bad = checks.findIndex((check) => check.purpose === 'gift');
    const details = [{ path: `checks[${bad}].purpose`, message: 'unknown purpose' }];
    if (bad >= 0)
      answer({ ok: false, error: { code: 'INVALID_INPUT', message: 'no', details, requestId: 'r' } });
    else answer({ ok: true, data: { results: checks.map((check) => ({ ref: check.ref, ...CLEAR })) } });
  });
  await using hub = await connect({ url: server.url });
  const inputs = [nationalId('1'), { ...nationalId('2'), purpose: 'gift' as 'bet' }, nationalId('3')];
  const outcomes = await Promise.allSettled(inputs.map((input) => hub.exclusions.lookup(input)));
  expect(outcomes).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'INVALID_INPUT', details: [{ path: 'purpose' }] } },
    { status: 'fulfilled' },
  ]);
});

test('what is no answer never passes for CLEAR: a missing result, an unknown status, an empty body', async () => {
  await using server = await hubThatAnswers();
  server.on('exclusions.lookupMany', ({ answer }) => {
    answer({
      ok: true,
      data: {
        results: [
          { ref: '0', ...CLEAR },
          { ref: '1', ...CLEAR, status: 'FINE' },
          { ref: '9', ...CLEAR },
        ],
      },
    });
  });
  await using hub = await connect({ url: server.url });
  const outcomes = await Promise.allSettled(
    ['a', 'b', 'c'].map((value) => hub.exclusions.lookup(nationalId(value))),
  );
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  server.answer('exclusions.lookup', {});
  await expect(hub.exclusions.lookup(nationalId('1'))).rejects.toMatchObject({ code: 'INTERNAL' });
  server.answer('exclusions.lookupMany', {});
  const both = [hub.exclusions.lookup(nationalId('1')), hub.exclusions.lookup(nationalId('2'))];
  for (const lookup of both) await expect(lookup).rejects.toMatchObject({ code: 'INTERNAL' });
});

test('a lookup can be given up alone, and one with its own deadline has it', async () => {
  await using server = await WireServer.start();
  await using hub = await connect({ url: server.url });
  const controller = new AbortController();
  const given = hub.exclusions.lookup(nationalId('1'), { signal: controller.signal });
  const timed = hub.exclusions.lookup(nationalId('2'), { deadlineMs: 60 });
  controller.abort();
  await expect(given).rejects.toMatchObject({ name: 'AbortError' });
  await expect(timed).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
    retry: true,
    unknownOutcome: false,
  });
});
