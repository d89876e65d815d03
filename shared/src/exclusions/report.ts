import type { OutputOf } from '../contract/procedure.ts';
import type { statistics } from './statistics.ts';

export type ReportRow = OutputOf<typeof statistics.report>['rows'][number];

/** In the order of the file, by the names of the contract: machines read it. */
export const REPORT_COLUMNS = [
  'operatorId',
  'name',
  'licenceNo',
  'registration',
  'login',
  'deposit',
  'bet',
  'marketing',
  'checks',
  'hits',
  'unknowns',
  'registrations',
  'registrationsChecked',
  'registrationsCheckedShare',
  'changes',
  'changesInTime',
  'closings',
  'closingsInTime',
] as const satisfies readonly (keyof ReportRow)[];

/** As spreadsheets read it: quoted, and a formula disarmed. */
export function reportCsv(rows: readonly ReportRow[]): string {
  const lines = [REPORT_COLUMNS, ...rows.map((row) => REPORT_COLUMNS.map((column) => row[column] ?? ''))];
  return lines.map((line) => `${line.map(cellOf).join(',')}\r\n`).join('');
}

function cellOf(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${text.replaceAll('"', '""')}"`;
}
