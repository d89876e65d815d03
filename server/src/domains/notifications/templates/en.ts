/**
 * `subject` and `text` leave by e-mail, `short` by SMS, one message of 160 characters, and by push. None of them says
 * to whoever glances at a screen that it is about betting, except to people about themselves by e-mail.
 */
export const en = {
  code: {
    subject: 'Your Kinga code: {{code}}',
    text: 'Your code is {{code}}. It is good for ten minutes and for one use.\n\nIf you did not ask for it, do nothing. Nobody from Kinga ever asks you for it.',
    short: '{{code}} is your Kinga code. Ten minutes, one use. Tell it to nobody.',
  },
  // Somebody else may have asked for it: which account it makes is said before it is entered.
  codeForAccount: {
    subject: 'Your Kinga code: {{code}}',
    text: 'Your code is {{code}}. It makes a Kinga account of your own, for yourself. It is good for ten minutes and for one use.\n\nIf you did not ask for it, do nothing. Nobody from Kinga ever asks you for it.',
    short: '{{code}} makes a Kinga account of your own. Ten minutes, one use. Tell it to nobody.',
  },
  codeForOperatorAccount: {
    subject: 'Your Kinga code: {{code}}',
    text: 'Your code is {{code}}. It makes a Kinga account for somebody who works for an operator, to apply with: nobody can protect themselves with it. It is good for ten minutes and for one use.\n\nIf you did not ask for it, or want an account for yourself, do not enter it. Nobody from Kinga ever asks you for it.',
    short:
      '{{code}} makes a Kinga account for staff of an operator, not for yourself. Ten minutes, one use. Tell it to nobody.',
  },
  codeElsewhere: {
    subject: 'Your Kinga code went to your e-mail address',
    text: 'The code to set a new password went to the e-mail address of your account, not here.\n\nIf you did not ask for it, do nothing.',
    short: 'Your Kinga code went to the e-mail address of your account. Not asked for? Do nothing.',
  },
  accountExists: {
    subject: 'You have a Kinga account already',
    text: 'Somebody, probably you, asked for a Kinga account with this address. There is one already: sign in, or ask for a new password.\n\nIf it was not you, do nothing.',
    short: 'You have a Kinga account already: sign in, or ask for a new password.',
  },
  factorAdded: {
    subject: 'A second step was added to your Kinga account',
    text: 'From now on, signing in to your account asks for one more step, which was just added.\n\nIf it was not you, change your password at once.',
    short: 'A second step was added to your Kinga sign-in. Not you? Change your password at once.',
  },
  factorRemoved: {
    subject: 'A second step was removed from your Kinga account',
    text: 'A step that signing in to your account asked for was just removed.\n\nIf it was not you, change your password at once.',
    short: 'A second step was removed from your Kinga sign-in. Not you? Change your password at once.',
  },
  factorsReset: {
    subject: 'The second steps of your Kinga account were removed',
    text: 'Somebody of staff removed every second step of your account, because they were told that you had lost yours. Every session was ended.\n\nIf you did not ask for it, change your password at once and tell us.',
    short: 'Staff removed the second steps of your Kinga sign-in. Not asked for? Change your password.',
  },
  contactAdded: {
    subject: 'A contact was added to your Kinga account',
    text: 'A phone number or an e-mail address was just added to your account. It can be used to sign in.\n\nIf it was not you, remove it and change your password at once.',
    short: 'A contact was added to your Kinga account. Not you? Remove it and change your password.',
  },
  contactRemoved: {
    subject: 'A contact was removed from your Kinga account',
    text: 'A phone number or an e-mail address was just removed from your account. It is no longer used to reach you or to sign in.\n\nIf it was not you, change your password at once.',
    short: 'A contact was removed from your Kinga account. Not you? Change your password at once.',
  },
  passwordChanged: {
    subject: 'Your Kinga password was changed',
    text: 'Your password was changed and every other session was ended.\n\nIf it was not you, ask for a new password at once.',
    short: 'Your Kinga password was changed. Not you? Ask for a new one at once.',
  },
  newDevice: {
    subject: 'A new sign-in to your Kinga account',
    text: 'Somebody signed in to your account from a device not seen before: {{device}}, network {{network}}, {{at}}.\n\nIf it was not you, end that session and change your password at once.',
    short: 'New sign-in to your Kinga account: {{device}}, {{at}}. Not you? Change your password.',
  },
  exclusionRegistered: {
    subject: 'You are protected: {{reference}}',
    text: 'Your self-exclusion {{reference}} is in force with every licensed operator.\n\nIt holds until: {{until}}.\n\nYou can extend it at any time. Help, day and night, free of charge: 719.',
    short: 'Kinga {{reference}}: you are protected until {{until}}. Help: 719.',
  },
  exclusionEnding: {
    subject: 'Your protection {{reference}}: {{days}} day(s) to go',
    text: 'Your self-exclusion {{reference}} reaches its end on {{until}}.\n\nYou can extend it at any time. From six months on it stays in force until you ask to return.\n\nHelp, day and night, free of charge: 719.',
    short: 'Kinga {{reference}}: {{days}} day(s) to {{until}}. You can extend it. Help: 719.',
  },
  exclusionStays: {
    subject: 'You are still protected: {{reference}}',
    text: 'The period of your self-exclusion {{reference}} came to its end on {{until}}. It stays in force until you ask to return; you need not do anything.\n\nHelp, day and night, free of charge: 719.',
    short: 'Kinga {{reference}}: the period is over, you stay protected until you ask to return. Help: 719.',
  },
  exclusionReturnRequested: {
    subject: 'A request to end your protection {{reference}}',
    text: 'Somebody, probably you, asked to end your self-exclusion {{reference}}. Nothing changes until it is confirmed after the days of reflection, and you can take it back until then.\n\nIf it was not you, take it back and change your password at once. Help, day and night, free of charge: 719.',
    short: 'Kinga {{reference}}: a return was asked for. Not you? Take it back at once. Help: 719.',
  },
  exclusionLifted: {
    subject: 'Your protection {{reference}} has ended',
    text: 'Your self-exclusion {{reference}} is no longer in force. You can register a new one at any time.\n\nHelp, day and night, free of charge: 719.',
    short: 'Kinga {{reference}}: your protection has ended. You can begin again at any time. Help: 719.',
  },
  // To addresses that may be somebody else's by now: help first, nobody named, and not what it is about.
  recordBegun: {
    subject: 'Your record {{reference}}',
    text: 'Help, day and night, free of charge: 719.\n\nThe record {{reference}} is in force. It holds until: {{until}}.\n\nTo ask about it, quote {{reference}}. If it means nothing to you, the one it is for had this address before you: you need not do anything.',
    short:
      'Help, free: 719. Kinga {{reference}} is in force until {{until}}. To ask about it, quote it. Not yours? Do nothing.',
  },
  recordChanged: {
    subject: 'Your record {{reference}}: a change',
    text: 'Help, day and night, free of charge: 719.\n\nThe record {{reference}} was changed. To hear how, ask us and quote {{reference}}.\n\nIf it means nothing to you, the one it is for had this address before you: you need not do anything.',
    short:
      'Help, free: 719. Kinga {{reference}} was changed. To ask about it, quote it. Not yours? Do nothing.',
  },
  recordEnding: {
    subject: 'Your record {{reference}}: {{days}} day(s) to go',
    text: 'Help, day and night, free of charge: 719.\n\nThe record {{reference}} reaches its end on {{until}}. It can be made longer at any time: ask us and quote {{reference}}. One of six months or more stays in force until its end is asked for.\n\nIf it means nothing to you, the one it is for had this address before you: you need not do anything.',
    short:
      'Help, free: 719. Kinga {{reference}}: {{days}} day(s) to {{until}}. To make it longer, quote it. Not yours? Do nothing.',
  },
  recordStays: {
    subject: 'Your record {{reference}} stays in force',
    text: 'Help, day and night, free of charge: 719.\n\nThe period of the record {{reference}} came to its end on {{until}}. It stays in force until its end is asked for.\n\nIf it means nothing to you, the one it is for had this address before you: you need not do anything.',
    short:
      'Help, free: 719. Kinga {{reference}}: the period is over, it stays in force until its end is asked for. Not yours? Do nothing.',
  },
  recordEnded: {
    subject: 'Your record {{reference}} has ended',
    text: 'Help, day and night, free of charge: 719.\n\nThe record {{reference}} is no longer in force. A new one can be made at any time.\n\nIf it means nothing to you, the one it is for had this address before you: you need not do anything.',
    short:
      'Help, free: 719. Kinga {{reference}} is no longer in force. A new one can be made at any time. Not yours? Do nothing.',
  },
  invitation: {
    subject: '{{by}} invites you to Kinga',
    text: '{{by}} invites you to work with Kinga. Open the page of Kinga, choose “I was invited”, and enter this code:\n\n{{code}}\n\nIt is good for three days and for one use. You choose your own password.\n\nIf you do not know what this is about, do nothing.',
    short: '{{by}} invites you to Kinga. See your e-mail for the code.',
  },
  applicationReceived: {
    subject: 'Your application has arrived: {{name}}',
    text: 'The application of {{name}} has arrived. Somebody will look at it. Sign in to see how it stands.\n\nIf you know of no application, tell us.',
    short: 'Kinga: the application of {{name}} has arrived.',
  },
  applicationIncomplete: {
    subject: 'Your application needs something more: {{name}}',
    text: 'Whoever looked at the application of {{name}} asks for something more. Sign in to read what, complete it and send it again.',
    short: 'Kinga: the application of {{name}} needs something more. Sign in to read what.',
  },
  applicationApproved: {
    subject: 'Your application is approved: {{name}}',
    text: 'The application of {{name}} is approved. Sign in to invite your colleagues and to connect your systems.',
    short: 'Kinga: the application of {{name}} is approved. Sign in to go on.',
  },
  applicationRejected: {
    subject: 'Your application is refused: {{name}}',
    text: 'The application of {{name}} is refused. Sign in to read why; you may send another one.',
    short: 'Kinga: the application of {{name}} is refused. Sign in to read why.',
  },
  operatorSuspended: {
    subject: 'Access to Kinga is suspended: {{name}}',
    text: 'The access of {{name}} to Kinga is suspended: its keys do not work for now. Sign in to read why, and speak to the regulator.',
    short: 'Kinga: the access of {{name}} is suspended. Sign in to read why.',
  },
  operatorReinstated: {
    subject: 'Access to Kinga works again: {{name}}',
    text: 'The access of {{name}} to Kinga works again, with the keys it had before.',
    short: 'Kinga: the access of {{name}} works again.',
  },
  complianceReport: {
    subject: 'Compliance report of {{month}}',
    text: 'The compliance report of {{month}}, a line for each operator:\n\n{{csv}}\nDays whose checks are in no figure: {{uncounted}}.\n\nThe figures of any other days are on the page of Kinga.',
    short: 'Kinga: the compliance report of {{month}} is there. Sign in to read it.',
  },
  licenceEnding: {
    subject: 'Your licence {{licenceNo}} ends on {{until}}',
    text: 'Your licence {{licenceNo}} ends on {{until}}. Send its renewal to the regulator before that day.',
    short: 'Kinga: licence {{licenceNo}} ends on {{until}}.',
  },
  licenceEnded: {
    subject: 'Your licence {{licenceNo}} ended on {{until}}',
    text: 'Your licence {{licenceNo}} ended on {{until}}. Go on checking people; send the renewal to the regulator at once.',
    short: 'Kinga: licence {{licenceNo}} ended on {{until}}. Renew it at once.',
  },
  keyEnding: {
    subject: 'Your Kinga key “{{label}}” ends on {{until}}',
    text: 'Your production key “{{label}}” ends on {{until}}; from then on it is refused. Make the next one before that day (operators.rotateKey, or the page Conformance when the certificate ends with it), and let your systems use it.',
    short: 'Kinga: your key {{keyId}} ends on {{until}}. Make the next one before that day.',
  },
  complianceLow: {
    subject: 'Your Kinga compliance score is {{score}} of 100',
    text: 'Your compliance score of the thirty days up to {{day}} is {{score}} of 100, below {{threshold}}. The page of your operator shows what it is made of and what to put right. The regulator sees it too.',
    short: 'Kinga: your compliance score is {{score}} of 100. See the page of your operator.',
  },
  /** On the locked screens of devices: all of it is what anybody may read. */
  news: {
    subject: 'Something new for you',
    text: 'There is something new for you. Open the app to read it.',
    short: 'There is something new for you. Open the app to read it.',
  },
  petitionNotice: {
    subject: 'A notice for you: {{reference}}',
    text: 'There is a notice for you, reference {{reference}}. You have the right to be heard before anything is decided, until {{until}}.\n\nSign in to read it and to answer, or ask the regulator to write down what you have to say.',
    short: 'Kinga: a notice for you, {{reference}}. Sign in to read and answer it by {{until}}.',
  },
  petitionMoved: {
    subject: 'News in the case {{reference}}',
    text: 'There is news in the case {{reference}}. Sign in to read it and to see what you can do.',
    short: 'Kinga: news in the case {{reference}}. Sign in to read it.',
  },
  changesUnacknowledged: {
    subject: 'Kinga: {{open}} change(s) of the register not acknowledged',
    text: 'Your systems have not acknowledged {{open}} change(s) of the register that concern your customers; the oldest was committed {{minutes}} minutes ago. Until they do, somebody who is excluded may be able to bet with you.\n\nConnect again and acknowledge (operators.acknowledge), or have your webhook answer with 2xx. The regulator sees this too.',
    short: 'Kinga: {{open}} change(s) not acknowledged for {{minutes}} min. Reconnect your systems.',
  },
  supportPerson: {
    subject: 'Somebody close to you asked us to tell you',
    text: 'Hello {{name}},\n\nsomebody who named you as a person they trust asked us to tell you: {{news}}.\n\nThey may be glad to hear from you. Help, day and night, free of charge: 719.',
    short: 'Somebody who trusts you asked us to tell you: {{news}}. Help: 719.',
  },
} as const;
