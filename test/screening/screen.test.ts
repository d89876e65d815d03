import { Screen } from '@kinga/server/domains/screening/screen.ts';
import type { KeyActor } from '@kinga/server/platform/call/actor.ts';
import type { Purpose } from '@kinga/shared/exclusions/contract.ts';
import { VERSION_ONE } from '@kinga/shared/policy/version-one.ts';
import { expect, test } from 'vitest';

const KEY: KeyActor = {
  kind: 'key',
  keyId: 'key_one',
  keyNo: 1,
  operatorId: 'opr_one',
  scopes: new Set(['exclusions:lookup']),
  environment: 'live',
  mode: 'block',
};
const SUBJECT = 'abcdefghijklmnop';

function screening() {
  const told = { scans: 0, people: 0, dates: 0 };
  const screen = new Screen({
    isBlocked: () => false,
    onScan: () => void told.scans++,
    onPerson: () => void told.people++,
    onDates: () => void told.dates++,
    onOften: () => {},
  });
  const ask = (key: KeyActor, number: number, nowMs = 0, purpose: Purpose = 'bet') => {
    screen.begin(key, VERSION_ONE.screening, nowMs);
    screen.question(purpose);
    screen.see('nationalId', String(number), SUBJECT);
    return screen.verdict(SUBJECT);
  };
  return { told, screen, ask };
}

test('a sandbox key may try out what it likes: it learns nothing about anybody', () => {
  const { told, ask } = screening();
  const sandbox: KeyActor = { ...KEY, environment: 'sandbox' };
  for (let i = 0; i < 200; i++) expect(ask(sandbox, 23_000_000 + i, 0, 'login')).toBe('pass');
  expect(told).toEqual({ scans: 0, people: 0, dates: 0 });
});

test('a limit of an hour: sixty are answered in any hour, however they are spread', () => {
  const { ask } = screening();
  const answered: number[] = [];
  for (let minute = 0; minute < 600; minute++) {
    for (let i = 0; i < 3; i++) {
      if (ask(KEY, 23_456_789, minute * 60_000, 'login') === 'pass') answered.push(minute);
    }
  }
  for (const minute of answered) {
    const within = answered.filter((other) => other >= minute && other < minute + 60).length;
    expect(within).toBeLessThanOrEqual(60);
  }
  // Whoever is refused is not refused for ever.
  expect(answered.length).toBeGreaterThan(480);
});

test('numbers are forgotten with the scan they made: the next alarm needs as many again', () => {
  const { told, ask } = screening();
  const verdicts = Array.from({ length: 100 }, (_, i) => ask({ ...KEY, mode: 'alarm' }, 23_000_000 + i));
  expect(told.scans).toBe(5);
  expect(new Set(verdicts)).toEqual(new Set(['pass']));
});

test('twenty numbers within a window are a scan, and so many over ten windows are none', () => {
  const { told, ask } = screening();
  for (let i = 0; i < 100; i++) ask(KEY, 23_000_000 + i, i * 30_000);
  expect(told.scans).toBe(0);
  for (let i = 0; i < 100; i++) ask(KEY, 24_000_000 + i, 3_600_000 + i * 2_000);
  expect(told.scans).toBeGreaterThan(0);
});

test('what the other nodes counted holds also for an operator none of whose keys asked here lately', () => {
  const { screen, ask } = screening();
  const { seed } = screen.keys.operator(KEY.operatorId);
  screen.people.setElsewhere(screen.people.placeOf(seed, SUBJECT, 0), 60);
  screen.keys.forgetIdle(1_800_000);
  expect(ask(KEY, 23_456_789, 1_800_000, 'login')).toBe('person');
});

test('a scan that is seen in a malformed question refuses the rest of the call, and no other call', () => {
  const { screen, ask } = screening();
  for (let i = 0; i < 19; i++) expect(ask(KEY, 23_000_000 + i)).toBe('pass');
  screen.begin(KEY, VERSION_ONE.screening, 0);
  screen.question('bet');
  screen.see('nationalId', '23000019', SUBJECT);
  // Nothing is said about this one; the next question of the same call:
  screen.question('bet');
  screen.see('nationalId', '35111222', SUBJECT);
  expect(screen.verdict(SUBJECT)).toBe('key');
  expect(ask(KEY, 36_111_222)).toBe('pass');
});
