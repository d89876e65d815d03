/** The columns a file of exclusions may have. */
export const HEADERS = [
  'national_id',
  'phone',
  'passport',
  'alien_id',
  'email',
  'name',
  'date_of_birth',
  'period',
  'starts_at',
  'source',
  'reason',
  'reference',
] as const;
export type Header = (typeof HEADERS)[number];

export const IDENTIFIER_HEADERS = {
  national_id: 'nationalId',
  phone: 'phone',
  passport: 'passport',
  alien_id: 'alienId',
  email: 'email',
} as const;

export interface Columns {
  /** Where each known column stands. */
  readonly at: ReadonlyMap<Header, number>;
  /** As written in the file, in order. */
  readonly names: readonly string[];
  readonly unknown: readonly string[];
}

/** In any order and any case; a space, a dash and an underscore are the same. Throws one line for people. */
export function readHeaders(cells: readonly string[]): Columns {
  const at = new Map<Header, number>();
  const unknown: string[] = [];
  for (const [index, cell] of cells.entries()) {
    const header = headerOf(cell);
    if (header === undefined) {
      if (cell.trim() !== '') unknown.push(cell.trim());
    } else if (at.has(header)) {
      throw new Error(`the header ${header} appears twice`);
    } else at.set(header, index);
  }
  if (at.size === 0 && cells.length === 1) refuseOtherSeparator(cells[0] ?? '');
  refuseMissing(at);
  return { at, names: cells, unknown };
}

function headerOf(cell: string): Header | undefined {
  const name = bare(cell);
  return HEADERS.find((header) => bare(header) === name);
}

/** Without separators at all, so that `E-Mail` and `NationalID` are found as well. */
function bare(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, '');
}

function refuseOtherSeparator(row: string): void {
  const [separator] = /[;\t|]/.exec(row) ?? [];
  if (separator === undefined) return;
  const name = { ';': 'semicolons', '\t': 'tabs' }[separator] ?? 'bars';
  throw new Error(`the cells are separated by ${name}; save it with commas`);
}

function refuseMissing(at: ReadonlyMap<Header, number>): void {
  const identifiers = Object.keys(IDENTIFIER_HEADERS) as Header[];
  const missing: string[] = (['period', 'source'] as const).filter((header) => !at.has(header));
  if (!identifiers.some((header) => at.has(header))) missing.unshift(`one of ${identifiers.join(', ')}`);
  if (missing.length > 0) throw new Error(`the first row has no header ${missing.join(', and no ')}`);
}
