import { ALERT_KINDS, type AlertKind } from '@kinga/shared/alerts/contract.ts';
import { createInstance, type i18n } from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import { explain } from '../../server/web/src/alerts/explanation.ts';
import { en } from '../../server/web/src/i18n/en.ts';
import { sw } from '../../server/web/src/i18n/sw.ts';
import { formatsFor } from '../../server/web/src/ui/format.ts';

const AT = '2026-11-20T11:00:00.000Z';
const dates = { keyId: 'key_1', count: 7, limit: 5, isRefused: false };
const person = { keyId: 'key_1', count: 13, limit: 12, isRefused: true };
const misses = { malformed: 3, unknown: 9_000, foreign: 2 };
const scan = { numbers: 25, identifiers: 20, stepMax: 5, windowSeconds: 60, keys: ['key_1'] };
const sampling = { people: 9_876, customers: 50, limit: 500, floor: 500, perMappedCustomer: 2.5, keys: [] };
const overdue = { petitionId: 'pet_1', source: 'family', dueAt: AT };

/** What is seen, as those who raise the alerts say it; each of its shapes. */
const SEEN: readonly (readonly [AlertKind, object])[] = [
  ['propagation.unacknowledged', { open: 3, oldestCommittedAt: AT }],
  ['propagation.unclosed', { hours: 72 }],
  [
    'canary.failed',
    {
      node: 'node-a',
      route: 'batch',
      failures: [
        { canary: 'can_1', expected: 'EXCLUDED', answer: 'CLEAR' },
        { canary: 'can_2', expected: 'CLEAR', answer: 'none' },
      ],
    },
  ],
  ['screening.person-rate', { ...person, person: 'psn_1' }],
  ['screening.person-rate', person],
  ['screening.sequential-scan', { ...scan, type: 'nationalId', blockedKeys: [] }],
  ['screening.sequential-scan', { ...scan, type: 'phone', blockedKeys: ['key_1'] }],
  ['screening.many-people', { ...sampling, blockedKeys: [] }],
  ['screening.many-people', { ...sampling, blockedKeys: ['key_1'] }],
  ['screening.dates-of-birth', { ...dates, name: 'nam_1' }],
  ['screening.dates-of-birth', { ...dates, isRefused: true }],
  ['tokens.foreign-use', { handle: 'sub_1', owner: 'opr_1', usedBy: 'opr_2', keyId: 'key_1', usesBefore: 0 }],
  ['tokens.probing', { keyId: 'key_1', ...misses, tokensMax: 100, withinMinutes: 60 }],
  ['tokens.shared-contact', { contact: 'ct_1', type: 'phone', people: 9, peopleMax: 4 }],
  ['tokens.shared-contact', { contacts: ['ct_1'], count: 1, peopleMax: 4 }],
  ['tokens.many-operators', { handle: 'sub_1', operators: 6, operatorsMax: 5, withinMinutes: 10 }],
  ['tokens.duplicate-person', { first: 'sub_1', second: 'sub_2' }],
  ['tokens.duplicate-person', { handle: 'sub_1', customers: 3 }],
  ['tokens.duplicate-person', { people: 4, handles: ['sub_1'] }],
  ['tokens.sequential-ids', { run: 8, runMin: 6, isBulk: false }],
  ['tokens.sequential-ids', { run: 30, runMin: 20, isBulk: true }],
  ['tokens.compromised', { handle: 'sub_1', reason: 'stolen', generation: 2 }],
  ['operators.licence', { licenceExpiresAt: AT, daysBefore: 30 }],
  ['operators.licence', { licenceExpiresAt: AT, daysBefore: 0 }],
  ['operators.key', { keys: 1, endsAt: AT }],
  ['operators.compliance', { about: 'low', day: '2026-11-19', score: 41.5, limit: 60 }],
  ['operators.compliance', { about: 'fell', day: '2026-11-19', score: 70, best: 92.4 }],
  ['operators.compliance', { about: 'silent', keys: 2, hours: 24, askedAt: null }],
  ['petitions.overdue', { ...overdue, state: 'filed', isExcluded: false }],
  ['petitions.overdue', { ...overdue, state: 'heard', isExcluded: true }],
  ['petitions.overdue', { ...overdue, state: 'appealed', isExcluded: true }],
];

describe('an alert is explained in the language of the page', () => {
  const languages = new Map<string, i18n>();
  beforeAll(async () => {
    for (const lng of ['en', 'sw']) {
      const language = createInstance();
      const resources = { en: { translation: en }, sw: { translation: sw } };
      await language.init({ resources, lng, nsSeparator: false, interpolation: { escapeValue: false } });
      languages.set(lng, language);
    }
  });

  const explainIn = (lng: string, kind: AlertKind, facts: object) => {
    const t = languages.get(lng)?.t;
    if (t === undefined) throw new Error(`no ${lng}`);
    const alert = { kind, facts: { ...facts }, explanation: 'as it is stored' };
    return explain(alert, { t, formats: formatsFor(lng) });
  };

  it.each(SEEN)('%s of %o: every number in its place, in both', (kind, facts) => {
    const [english, swahili] = ['en', 'sw'].map((lng) => explainIn(lng, kind, facts));
    for (const { text, isStored } of [english!, swahili!]) {
      expect(isStored, text).toBe(false);
      expect(text).not.toMatch(/\{\{|undefined|null|NaN|explained\.|\[object/);
    }
    expect(swahili?.text).not.toBe(english?.text);
    const numbers = (text = '') => text.match(/\d[\d,.]*\d|\d/g)?.sort() ?? [];
    expect(numbers(swahili?.text)).toEqual(numbers(english?.text));
  });

  it.each([...new Set(SEEN.map(([kind]) => kind))])(
    '%s with facts of another time: as it is stored',
    (kind) => {
      const stored = { text: 'as it is stored', isStored: true };
      expect(explainIn('sw', kind, {})).toEqual(stored);
      expect(explainIn('sw', kind, { count: 'many', owner: 7, failures: [{}] })).toEqual(stored);
    },
  );

  it('of whatever kind it may be', () => {
    expect([...new Set(SEEN.map(([kind]) => kind))].sort()).toEqual([...ALERT_KINDS].sort());
  });

  it('of a kind that came later than the page: as it is stored', () => {
    expect(explainIn('sw', 'later.kind' as AlertKind, { count: 1 })).toEqual({
      text: 'as it is stored',
      isStored: true,
    });
  });
});
