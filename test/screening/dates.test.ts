import { randomInt } from 'node:crypto';
import { TriedDates } from '@kinga/server/domains/screening/memory/tried-dates.ts';
import { expect, test } from 'vitest';
import { ok } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { activityOf, alertsOf, nationalId, newAsker } from './support.ts';

const DATES = 'screening.dates-of-birth';
/** So many names that the year alone says enough. */
const NAME = 'Fatuma Halima Hassan Omondi';
/** Nobody's number follows another's. */
const stranger = () => nationalId(randomInt(10_000_000, 40_000_000));
const MINUTE_MS = 60_000;

/** By name and date alone, or with what else is known. */
async function askerOf(hub: TestHub, mode: 'alarm' | 'block') {
  const asker = await newAsker(hub, { mode });
  const ask = async (dateOfBirth: string, name = NAME, identifiers: object[] = []) => {
    const input = { identifiers, person: { name, dateOfBirth }, purpose: 'registration' };
    const { body } = await hub.http('exclusions.lookup', input, { apiKey: asker.apiKey });
    return body.ok ? body.data.status : body.error.code;
  };
  return { ...asker, ask };
}

async function excludeBorn(hub: TestHub, dateOfBirth: string): Promise<void> {
  const { token } = await hub.admin();
  const person = { name: NAME, dateOfBirth };
  const input = { identifiers: [newPerson().byPhone], period: '1y', source: 'person', person };
  ok((await hub.http('exclusions.register', input, { token })).body);
}

const years = (from: number, count: number) => Array.from({ length: count }, (_, i) => `${from + i}-00-00`);

test('years counted up until one is a possible match are told, and answered in alarm', async () => {
  await using hub = await startTestHub();
  await excludeBorn(hub, '1984-05-12');
  const { ask, operatorId, keyId } = await askerOf(hub, 'alarm');
  const answers = [];
  for (const date of years(1976, 9)) answers.push(await ask(date));
  expect(answers.slice(0, 8)).toEqual(new Array(8).fill('CLEAR'));
  expect(answers[8]).toBe('UNKNOWN');
  const [alert] = await probe(async () => {
    const alerts = await alertsOf(hub, DATES, operatorId);
    return alerts.length > 0 && alerts;
  });
  expect(alert).toMatchObject({
    severity: 'warning',
    facts: { keyId, count: 9, limit: 5, isRefused: false, name: expect.stringMatching(/^sn_/) },
  });
  expect(JSON.stringify(alert)).not.toMatch(/fatuma|hassan|omondi|1984/i);
});

test('a key that blocks learns no more than five dates, in whatever spelling of the name; those go on', async () => {
  await using hub = await startTestHub();
  await excludeBorn(hub, '1984-05-12');
  const { ask, operatorId } = await askerOf(hub, 'block');
  for (const date of years(1970, 5)) expect(await ask(date)).toBe('CLEAR');
  for (const date of years(1975, 10))
    expect(await ask(date, 'HASSAN fatuma halima Omondi')).toBe('RATE_LIMITED');
  expect(await ask('1972-00-00')).toBe('CLEAR');
  expect(await ask('1984-00-00', 'Wanjiku Kamau Otieno Barasa')).toBe('CLEAR');
  const other = await askerOf(hub, 'block');
  expect(await other.ask('1984-00-00')).toBe('UNKNOWN');
  const activity = await probe(async () => {
    const found = await activityOf(hub, operatorId);
    return found.keys[0]?.lastHour.questions === 17 && found;
  });
  expect(activity.keys[0]?.lastHour).toMatchObject({ overLimit: 10, refused: 10 });
});

test('two spellings of a date, and people of one name with documents of their own, are nothing', async () => {
  await using hub = await startTestHub();
  await excludeBorn(hub, '1984-05-12');
  const { ask, operatorId } = await askerOf(hub, 'block');
  const document = [stranger()];
  for (let i = 0; i < 20; i++) {
    for (const date of ['1984-05-12', '1984-12-05', '1984-00-00']) {
      expect(await ask(date, NAME, document)).not.toBe('RATE_LIMITED');
    }
    expect(await ask(`${1960 + i}-03-04`, NAME, [stranger()])).not.toBe('RATE_LIMITED');
  }
  expect(await alertsOf(hub, DATES, operatorId)).toEqual([]);
});

test('people of one name of whom none is in the register are told to nobody', async () => {
  await using hub = await startTestHub();
  const { ask, operatorId } = await askerOf(hub, 'alarm');
  for (const date of years(1960, 10)) expect(await ask(date)).toBe('CLEAR');
  const { keys } = await probe(async () => {
    const found = await activityOf(hub, operatorId);
    return found.keys[0]?.lastHour.questions === 10 && found;
  });
  expect(keys[0]?.lastHour.overLimit).toBe(5);
  expect(await alertsOf(hub, DATES, operatorId)).toEqual([]);
});

test('dates are remembered for an hour, by name and operator, the newest twelve', () => {
  const tried = new TriedDates();
  const place = (nowMs: number, name = 'a b', operator = 1) => tried.placeOf(operator, name, nowMs);
  tried.add(place(0), '1984-00-00');
  tried.add(place(0), '1984-00-00');
  tried.add(place(30 * MINUTE_MS), '1985-00-00');
  tried.match(place(30 * MINUTE_MS));
  expect(tried.count(place(59 * MINUTE_MS))).toBe(2);
  expect(tried.knows(place(59 * MINUTE_MS), '1984-00-00')).toBe(true);
  expect(tried.count(place(66 * MINUTE_MS))).toBe(1);
  expect(tried.isMatched(place(66 * MINUTE_MS))).toBe(true);
  expect(tried.knows(place(66 * MINUTE_MS), '1984-00-00')).toBe(false);
  expect(tried.count(place(96 * MINUTE_MS))).toBe(0);
  expect(tried.isMatched(place(96 * MINUTE_MS))).toBe(false);
  expect(tried.count(place(30 * MINUTE_MS, 'a c'))).toBe(0);
  expect(tried.count(place(30 * MINUTE_MS, 'a b', 2))).toBe(0);
  for (const date of years(1900, 20)) tried.add(place(100 * MINUTE_MS), date);
  expect(tried.count(place(100 * MINUTE_MS))).toBe(12);
});

test('a name with many dates is remembered while more names than there is memory for are asked by once', () => {
  const tried = new TriedDates();
  for (const date of years(1980, 3)) tried.add(tried.placeOf(1, 'a b', 0), date);
  for (let i = 0; i < 200_000; i++) tried.add(tried.placeOf(1, `name ${i}`, MINUTE_MS), '1984-00-00');
  expect(tried.count(tried.placeOf(1, 'a b', 2 * MINUTE_MS))).toBe(3);
});
