/** What the alerts say, from what was seen. */
export const alertsEn = {
  explained: {
    propagation: {
      unacknowledged:
        'An operator has not acknowledged a change of the register in time: until it has, it may let somebody bet who is excluded. Open changes: {{open}}, the oldest committed {{oldest}}. The alert ends by itself when the operator has caught up.',
      unclosed:
        'An operator was told of an exclusion more than {{hours}} hours ago and has not reported the account closed. The alert ends by itself when it has.',
    },
    canary: {
      failed:
        'The node {{node}} answered about {{persons}} of the known persons wrongly, or not in time, on the way {{way}}: {{wrong}}. Operators who ask there may be told the same. The alert ends by itself when the answers are right.',
      instead: '{{answer}} instead of {{expected}}',
      none: 'no answer',
      ways: {
        socket: 'of a lookup on a socket',
        batch: 'of a batch of lookups on a socket',
        http: 'of a lookup over HTTP',
        token: 'of a token on a socket',
      },
    },
    screening: {
      onePerson:
        'An operator asked about one person {{times}} times within an hour, and the policy allows {{limit}}; bets and deposits are not counted.',
      morePeople:
        'An operator asks about more people than have alerts of their own more often than {{limit}} times an hour each; bets and deposits are not counted.',
      scan: 'An operator asked about {{numbers}} numbers ({{type}}) of which each follows the one before within {{step}}, in about {{seconds}} seconds; the policy calls {{identifiers}} of them a scan. Customers’ numbers do not stand so close: somebody is trying out who is excluded.',
      oneName:
        'An operator asked by one name with {{dates}} dates of birth or more within an hour, and the policy allows {{limit}}: dates that are counted up tell when somebody excluded was born.',
      moreNames:
        'An operator asks by more names than have alerts of their own with more than {{limit}} dates of birth an hour each.',
      manyPeople:
        'An operator asked about {{people}} different people today, give or take a twentieth, and has mapped {{customers}} customers. The policy expects at most {{limit}}: {{floor}}, or {{each}} for each mapped customer if that is more. Either its customers are not mapped, or it asks about people it has nothing to do with.',
      answered: 'The questions were answered.',
      possible: 'The questions were answered, and one of the dates was a possible match.',
      personRefused: 'Further questions about the person by this key are refused until the hour has fewer.',
      datesRefused: 'Further dates with the name by this key are refused until the hour has fewer.',
      blocked:
        'Keys that are set to block, or all of them if the policy is, are refused for a while, or until somebody unblocks them on the operator’s page.',
    },
    tokens: {
      foreignUse:
        'A token of the operator {{owner}} was used with a key of the operator {{usedBy}}. A token is good at its own operator only: it was passed on or stolen.',
      probing:
        'A key asked by {{tokens}} tokens within {{minutes}} minutes that are not its operator’s: {{malformed}} were no tokens, {{unknown}} are nobody’s, {{foreign}} are another operator’s. From {{least}} on somebody tries them out, or the operator’s own records are wrong. None was answered.',
      sharedContact:
        'One contact ({{type}}) stands on the tokens of {{people}} people with different ids; up to {{most}} is what a family shares. An agent, a shop or one person behind many ids would look like this.',
      sharedContacts:
        'A batch of customers brought {{contacts}} contacts that stand on more than {{most}} people each. In a whole customer base that is often a placeholder; worth correcting there.',
      manyOperators:
        'One person became a customer of {{operators}} operators within {{minutes}} minutes; more than {{most}} is a run for accounts, or an identity in wrong hands.',
      twoRecords:
        'An operator named two strong identifiers at once that it had given as two different people before: the records may be one person. Both tokens stay, and the first answers for all identifiers named.',
      accounts:
        'One person has {{customers}} customer accounts at one operator. An exclusion concerns all of them, and the operator is told about each.',
      manyAccounts:
        'A batch of customers has {{people}} people with more than one account at the operator. An exclusion concerns all of their accounts, and the operator is told about each.',
      sequentialBatch:
        'Tokens were issued for {{run}} national ids that follow each other, in one batch; from {{least}} on that is no coincidence but numbers that were made up or tried out.',
      sequential:
        'Tokens were issued for {{run}} national ids that follow each other, within minutes; from {{least}} on that is no coincidence but numbers that were made up or tried out.',
      compromised:
        'An operator reported that a token is in wrong hands: {{reason}}. It was refused everywhere at once, and a new one was issued. Whether others are concerned is to be found out.',
      reasons: { leaked: 'leaked', stolen: 'stolen', misused: 'misused', other: 'another reason' },
    },
    operators: {
      licenceEnded:
        'The licence ended on {{until}}. The operator’s keys still work: suspend it if it is to stop.',
      licenceEnds: 'The licence ends on {{until}}.',
      lastKey: 'The last production key ends on {{until}}: after that the operator can ask about nobody.',
      low: 'The compliance score is {{score}} of 100, below {{limit}}.',
      fell: 'The compliance score fell from {{best}} to {{score}} within a week.',
      silent:
        'Nobody was asked about for {{hours}} hours, although the operator has {{keys}} production key(s).',
    },
    petitions: {
      notice: 'A petition waits: the notice to the person was to be served by {{due}}.',
      decision: 'A petition waits: it was to be decided by {{due}}.',
      appeal: 'An appeal waits: it was to be decided by {{due}}.',
      meanwhile: 'The person is excluded meanwhile.',
      toIt: 'To the petition',
    },
  },
} as const;
