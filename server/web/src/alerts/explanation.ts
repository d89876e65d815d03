import type { Alert, AlertKind } from '@kinga/shared/alerts/contract.ts';
import type { TFunction } from 'i18next';
import { en } from '../i18n/en.ts';
import type { Formats } from '../ui/format.ts';
import { Facts, MissingFact } from './facts.ts';

interface Telling {
  readonly facts: Facts;
  readonly t: TFunction;
  readonly formats: Formats;
  /** A number that was seen, as it is written. */
  readonly n: (name: string) => string;
}

/** Each kind in the words of the page, from what was seen. */
const TELL: Readonly<Record<AlertKind, (telling: Telling) => string>> = {
  'propagation.unacknowledged': ({ t, facts, formats, n }) =>
    t('explained.propagation.unacknowledged', {
      open: n('open'),
      oldest: formats.moment(facts.text('oldestCommittedAt')),
    }),
  'propagation.unclosed': ({ t, n }) => t('explained.propagation.unclosed', { hours: n('hours') }),
  'canary.failed': tellCanary,
  'screening.person-rate': ({ t, facts, n }) =>
    sentences(
      facts.has('person')
        ? t('explained.screening.onePerson', { times: n('count'), limit: n('limit') })
        : t('explained.screening.morePeople', { limit: n('limit') }),
      t(facts.flag('isRefused') ? 'explained.screening.personRefused' : 'explained.screening.answered'),
    ),
  'screening.sequential-scan': (telling) => sentences(tellScan(telling), tellBlocked(telling)),
  'screening.many-people': (telling) => sentences(tellMany(telling), tellBlocked(telling)),
  'screening.dates-of-birth': ({ t, facts, n }) =>
    sentences(
      facts.has('name')
        ? t('explained.screening.oneName', { dates: n('count'), limit: n('limit') })
        : t('explained.screening.moreNames', { limit: n('limit') }),
      t(facts.flag('isRefused') ? 'explained.screening.datesRefused' : 'explained.screening.possible'),
    ),
  'tokens.foreign-use': ({ t, facts }) =>
    t('explained.tokens.foreignUse', { owner: facts.text('owner'), usedBy: facts.text('usedBy') }),
  'tokens.probing': tellProbing,
  'tokens.shared-contact': tellContact,
  'tokens.many-operators': ({ t, n }) =>
    t('explained.tokens.manyOperators', {
      operators: n('operators'),
      minutes: n('withinMinutes'),
      most: n('operatorsMax'),
    }),
  'tokens.duplicate-person': ({ t, facts, n }) => {
    if (facts.has('second')) return t('explained.tokens.twoRecords');
    if (facts.has('handles')) return t('explained.tokens.manyAccounts', { people: n('people') });
    return t('explained.tokens.accounts', { customers: n('customers') });
  },
  'tokens.sequential-ids': ({ t, facts, n }) =>
    t(facts.flag('isBulk') ? 'explained.tokens.sequentialBatch' : 'explained.tokens.sequential', {
      run: n('run'),
      least: n('runMin'),
    }),
  'tokens.compromised': ({ t, facts }) => {
    const reason = facts.oneOf('reason', en.explained.tokens.reasons);
    return t('explained.tokens.compromised', { reason: t(`explained.tokens.reasons.${reason}`) });
  },
  'operators.licence': ({ t, facts, formats }) =>
    t(
      facts.number('daysBefore') === 0
        ? 'explained.operators.licenceEnded'
        : 'explained.operators.licenceEnds',
      {
        until: formats.moment(facts.text('licenceExpiresAt')),
      },
    ),
  'operators.key': ({ t, facts, formats }) =>
    t('explained.operators.lastKey', { until: formats.moment(facts.text('endsAt')) }),
  'operators.compliance': ({ t, facts, formats, n }) => {
    const about = facts.oneOf('about', { low: '', fell: '', silent: '' });
    if (about === 'silent') return t('explained.operators.silent', { hours: n('hours'), keys: n('keys') });
    const score = formats.figure(facts.number('score'));
    return about === 'low'
      ? t('explained.operators.low', { score, limit: n('limit') })
      : t('explained.operators.fell', { score, best: formats.figure(facts.number('best')) });
  },
  'petitions.overdue': ({ t, facts, formats }) => {
    const due = formats.moment(facts.text('dueAt'));
    return sentences(
      t(`explained.petitions.${OVERDUE[facts.text('state')] ?? 'decision'}`, { due }),
      facts.flag('isExcluded') && t('explained.petitions.meanwhile'),
    );
  },
};

/** What a petition in this state waits for; in any other, its decision. */
const OVERDUE: Readonly<Record<string, 'notice' | 'appeal'>> = { filed: 'notice', appealed: 'appeal' };

function tellCanary({ t, facts, formats }: Telling): string {
  const way = facts.oneOf('route', en.explained.canary.ways);
  const failures = facts.list('failures');
  const wrong = failures.map((failure) => {
    const of = new Facts(Object(failure) as Alert['facts']);
    const expected = of.oneOf('expected', en.answers);
    const answer =
      of.text('answer') === 'none'
        ? t('explained.canary.none')
        : t(`answers.${of.oneOf('answer', en.answers)}`);
    return t('explained.canary.instead', { answer, expected: t(`answers.${expected}`) });
  });
  return t('explained.canary.failed', {
    node: facts.text('node'),
    persons: formats.whole(failures.length),
    way: t(`explained.canary.ways.${way}`),
    wrong: [...new Set(wrong)].join(', '),
  });
}

function tellScan({ t, facts, n }: Telling): string {
  const type = facts.oneOf('type', en.register.types);
  return t('explained.screening.scan', {
    numbers: n('numbers'),
    identifiers: n('identifiers'),
    type: t(`register.types.${type}`),
    step: n('stepMax'),
    seconds: n('windowSeconds'),
  });
}

function tellMany({ t, facts, formats, n }: Telling): string {
  return t('explained.screening.manyPeople', {
    people: n('people'),
    customers: n('customers'),
    limit: n('limit'),
    floor: n('floor'),
    each: formats.figure(facts.number('perMappedCustomer')),
  });
}

function tellBlocked({ t, facts }: Telling): string {
  return facts.list('blockedKeys').length > 0
    ? t('explained.screening.blocked')
    : t('explained.screening.answered');
}

function tellProbing({ t, facts, formats, n }: Telling): string {
  const all = ['malformed', 'unknown', 'foreign'] as const;
  return t('explained.tokens.probing', {
    malformed: n('malformed'),
    unknown: n('unknown'),
    foreign: n('foreign'),
    tokens: formats.whole(all.reduce((sum, name) => sum + facts.number(name), 0)),
    minutes: n('withinMinutes'),
    least: formats.whole(facts.number('tokensMax') + 1),
  });
}

function tellContact({ t, facts, n }: Telling): string {
  const most = n('peopleMax');
  if (facts.has('contacts')) return t('explained.tokens.sharedContacts', { contacts: n('count'), most });
  const type = facts.oneOf('type', en.register.types);
  return t('explained.tokens.sharedContact', {
    people: n('people'),
    type: t(`register.types.${type}`),
    most,
  });
}

function sentences(...texts: readonly (string | false)[]): string {
  return texts.filter(Boolean).join(' ');
}

export interface Explanation {
  readonly text: string;
  /** The hub's own words are English, whatever the page speaks. */
  readonly isStored: boolean;
}

/** An alert in the language of the page; as the hub stored it where its facts are not those known here. */
export function explain(
  { kind, facts: seen, explanation }: Pick<Alert, 'kind' | 'facts' | 'explanation'>,
  { t, formats }: Pick<Telling, 't' | 'formats'>,
): Explanation {
  const facts = new Facts(seen);
  const n = (name: string) => formats.whole(facts.number(name));
  // A kind that came later than this page was loaded has none.
  const tell: ((telling: Telling) => string) | undefined = TELL[kind];
  if (tell === undefined) return { text: explanation, isStored: true };
  try {
    return { text: tell({ facts, t, formats, n }), isStored: false };
  } catch (error) {
    if (!(error instanceof MissingFact)) throw error;
    return { text: explanation, isStored: true };
  }
}
