import { PHONE_ONLY } from './population.ts';
import { FALSE_NEGATIVES_MAX, FALSE_POSITIVES_MAX, type MatcherReport, type Row } from './report.ts';

/** The report as a page of text. */
export function pageOf(report: MatcherReport, seed: number): string {
  const { people, mix, hard, falseNegatives, falsePositives } = report;
  const number = (count: number) => count.toLocaleString('en');
  return [
    `${number(people)} excluded people and as many strangers of the same names and dates, seed ${seed}; each asked about once.`,
    `${report.keysPerPerson.toFixed(1)} match keys a person. Of all questions ${percent(shareWith(mix), 1)} name a document (national or alien ID), the others none.`,
    `Of the excluded ${percent(PHONE_ONLY, 0)} are on record without a document.`,
    'Except where all is as on record, the phone is a new one and no e-mail is given.',
    '',
    ...table(mix, 'excluded', 'The excluded: CLEAR is a false negative'),
    '',
    ...table(mix, 'stranger', 'Strangers: anything but CLEAR is a false positive'),
    '',
    `False negatives ${percent(falseNegatives, 3)} (at most ${percent(FALSE_NEGATIVES_MAX, 3)}), false positives ${percent(falsePositives, 3)} (at most ${percent(FALSE_POSITIVES_MAX, 3)}).`,
    `Without a document alone: ${alone(mix)}.`,
    'False positives without a document grow with the register: ten times the people, ten times the share.',
    '',
    'Harder kinds, not in the figures above',
    ...table(hard, 'excluded', 'The excluded'),
    ...table(hard, 'stranger', 'Strangers'),
    '',
    `Deciding a question: ${report.exactMicros.toFixed(2)} µs by one identifier, ${report.fuzzyMicros.toFixed(2)} µs with name and date as well.`,
  ].join('\n');
}

const WIDTH = 62;

function table(rows: readonly Row[], who: Row['who'], title: string): string[] {
  const line = (first: string, ...cells: string[]) =>
    first.padEnd(WIDTH) + cells.map((cell) => cell.padStart(11)).join('');
  const own = rows.filter((row) => row.who === who).sort((a, b) => (a.kind < b.kind ? -1 : 1));
  const lines = own.map(({ kind, hasDocument, answers: { exclusion, possibleMatch, nothing } }) =>
    line(kind, hasDocument ? 'yes' : 'no', String(exclusion), String(possibleMatch), String(nothing)),
  );
  const total = (count: (row: Row) => number) => String(own.reduce((sum, row) => sum + count(row), 0));
  return [
    line(title, 'document', 'EXCLUDED', 'UNKNOWN', 'CLEAR'),
    ...lines,
    line(
      'in all',
      '',
      total(({ answers }) => answers.exclusion),
      total(({ answers }) => answers.possibleMatch),
      total(({ answers }) => answers.nothing),
    ),
  ];
}

function sizeOf({ answers }: Row): number {
  return answers.exclusion + answers.possibleMatch + answers.nothing;
}

function shareWith(rows: readonly Row[]): number {
  const all = rows.reduce((sum, row) => sum + sizeOf(row), 0);
  return rows.filter((row) => row.hasDocument).reduce((sum, row) => sum + sizeOf(row), 0) / all;
}

function alone(rows: readonly Row[]): string {
  const without = rows.filter((row) => !row.hasDocument);
  const share = (who: Row['who'], wrong: (row: Row) => number) => {
    const own = without.filter((row) => row.who === who);
    const all = own.reduce((sum, row) => sum + sizeOf(row), 0);
    return percent(own.reduce((sum, row) => sum + wrong(row), 0) / all, 2);
  };
  const missed = share('excluded', ({ answers }) => answers.nothing);
  const stopped = share('stranger', ({ answers }) => answers.exclusion + answers.possibleMatch);
  return `${missed} of the excluded CLEAR, ${stopped} of the strangers not`;
}

function percent(share: number, digits: number): string {
  return `${(share * 100).toFixed(digits)} %`;
}
