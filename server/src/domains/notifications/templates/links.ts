import type { TemplateName } from './index.ts';

/**
 * The page that each message asks people to come to; `''` is the one where they arrive. What is not here has no
 * link: to whoever may have an address by now, or was only named as somebody close, no door is shown. A code knows its
 * page by itself, see below.
 */
export const PAGE_OF: Readonly<Partial<Record<TemplateName, string>>> = {
  accountExists: 'sign-in',
  passwordChanged: 'forgot',
  factorAdded: 'security',
  factorRemoved: 'security',
  factorsReset: 'security',
  newDevice: 'security',
  contactAdded: 'identity',
  contactRemoved: 'identity',
  exclusionRegistered: 'protection',
  exclusionEnding: 'protection',
  exclusionStays: 'protection',
  exclusionReturnRequested: 'protection',
  exclusionLifted: 'protection',
  invitation: 'invited',
  applicationReceived: 'home',
  applicationIncomplete: 'home',
  applicationApproved: 'home',
  applicationRejected: 'home',
  operatorSuspended: 'home',
  operatorReinstated: 'home',
  licenceEnding: 'home',
  licenceEnded: 'home',
  keyEnding: 'keys',
  complianceLow: 'performance',
  complianceReport: 'statistics',
  changesUnacknowledged: 'webhook',
  petitionNotice: '',
  petitionMoved: '',
};

const CODES: ReadonlySet<TemplateName> = new Set(['code', 'codeForAccount', 'codeForOperatorAccount']);

/**
 * Where a code is entered by whoever has closed the page that asked for it: the `page` of its data. Others are entered
 * where they were asked for and nowhere else: beside the password of a sign-in, or by somebody signed in. Not for an
 * SMS: a code and a link in one is what people are warned of.
 */
export function linkOfCode(
  template: TemplateName,
  { page }: Readonly<Record<string, string>>,
  publicUrl: string | undefined,
): string | undefined {
  if (!CODES.has(template) || page === undefined || publicUrl === undefined) return undefined;
  return `${publicUrl}/#${page}`;
}

/** Undefined: the message asks nobody to come, or this installation does not say where it is. */
export function linkOf(template: TemplateName, publicUrl: string | undefined): string | undefined {
  const page = PAGE_OF[template];
  if (page === undefined || publicUrl === undefined) return undefined;
  return page === '' ? `${publicUrl}/` : `${publicUrl}/#${page}`;
}
