import { PERIODS, SOURCES } from '@kinga/shared/exclusions/contract.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { isDateOfBirth, NO_DATE_OF_BIRTH } from '@kinga/shared/exclusions/person.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { canonicalise, type IdentifierKey, keyOf } from '../../identifiers/index.ts';
import { type Registration, sealPerson } from '../register/registration.ts';
import { parseGivenTime } from '../rules/period.ts';
import { type Columns, type Header, IDENTIFIER_HEADERS } from './headers.ts';
import type { CsvRecord } from './records.ts';

/** A row that can be registered, and what of it could not be used. */
export interface GoodRow {
  readonly record: CsvRecord;
  readonly registration: Registration;
  readonly complaints: readonly string[];
}
export interface BadRow {
  readonly record: CsvRecord;
  readonly registration: undefined;
  readonly complaints: readonly string[];
}
export type Row = GoodRow | BadRow;

const NAME_CHARS_MAX = 200;
const REASON_CHARS_MAX = 4_000;
const REFERENCE = /^[^\p{Cc}]{1,100}$/u;
/** Written where there is no document; as an identifier it would make one person of everybody without. */
const PLACEHOLDER = /^(?:0+|n\/?a|none|nil|null|unknown|not applicable)$/i;

/** Rows of one file. Undefined for a row in which every cell is empty: a spreadsheet's way of ending. */
export function createRowReader(crypto: Crypto, columns: Columns): (record: CsvRecord) => Row | undefined {
  const indexes = [...columns.at];
  return (record) => {
    if (record.problem !== undefined) return bad(record, [record.problem]);
    if (record.cells.every((cell) => cell.trim() === '')) return undefined;
    if (record.cells.slice(columns.names.length).some((cell) => cell.trim() !== '')) {
      return bad(record, ['more cells than headers']);
    }
    const cells = new Map<Header, string>();
    for (const [header, index] of indexes) {
      const cell = record.cells[index]?.trim() ?? '';
      if (cell !== '') cells.set(header, cell);
    }
    return readRow(crypto, record, cells);
  };
}

function bad(record: CsvRecord, complaints: readonly string[]): BadRow {
  return { record, registration: undefined, complaints };
}

function readRow(crypto: Crypto, record: CsvRecord, cells: ReadonlyMap<Header, string>): Row {
  const complaints: string[] = [];
  const { keys, given, refused } = readIdentifiers(crypto, cells);
  const period = oneOf(PERIODS, cells.get('period'));
  if (period === undefined)
    complaints.push(`period: ${cells.has('period') ? 'not' : 'missing,'} ${listOf(PERIODS)}`);
  const source = oneOf(SOURCES, cells.get('source'));
  if (source === undefined)
    complaints.push(`source: ${cells.has('source') ? 'not' : 'missing,'} ${listOf(SOURCES)}`);
  const startsAt = cells.has('starts_at') ? parseGivenTime(cells.get('starts_at') ?? '') : undefined;
  if (cells.has('starts_at') && startsAt === undefined)
    complaints.push('starts_at: no such date (YYYY-MM-DD)');
  complaints.push(...textComplaints(cells));
  if (keys.length === 0) complaints.unshift(...(refused.length > 0 ? refused : ['no identifier']));
  if (complaints.length > 0 || period === undefined || source === undefined) return bad(record, complaints);

  const born = readDateOfBirth(cells);
  const said = [
    keys.map(({ type, canonical }) => `${type}:${canonical}`).sort(),
    period,
    source,
    startsAt ?? null,
    ...(['name', 'date_of_birth', 'reason'] as const).map((header) => cells.get(header) ?? null),
  ];
  const seal = (header: Header) => {
    const text = cells.get(header);
    return text === undefined ? null : crypto.seal(text);
  };
  const registration: Registration = {
    identifiers: sealPerson(
      crypto,
      { keys, identifiers: given },
      { name: cells.get('name'), dateOfBirth: born.used },
    ),
    period,
    source,
    startsAt,
    reason: seal('reason'),
    name: seal('name'),
    dateOfBirth: born.used === undefined ? null : crypto.seal(born.used),
    by: 'system',
    requestId: undefined,
    claim: undefined,
    row: {
      reference: cells.get('reference'),
      digest: Buffer.from(crypto.digest('import-row', JSON.stringify(said)), 'hex').subarray(0, 16),
    },
  };
  return { record, registration, complaints: [...refused, ...born.refused] };
}

function readIdentifiers(crypto: Crypto, cells: ReadonlyMap<Header, string>) {
  const keys: IdentifierKey[] = [];
  const given: Identifier[] = [];
  const refused: string[] = [];
  for (const [header, type] of Object.entries(IDENTIFIER_HEADERS)) {
    const value = cells.get(header as Header);
    if (value === undefined) continue;
    const identifier = { type, value };
    const result = PLACEHOLDER.test(value)
      ? { ok: false as const, message: 'a placeholder' }
      : canonicalise(identifier);
    if (result.ok) {
      keys.push(keyOf(crypto, result.type, result.canonical));
      given.push(identifier);
    } else refused.push(`${header}: ${result.message}`);
  }
  return { keys, given, refused };
}

function textComplaints(cells: ReadonlyMap<Header, string>): string[] {
  const complaints: string[] = [];
  if ((cells.get('name')?.length ?? 0) > NAME_CHARS_MAX) {
    complaints.push(`name: longer than ${NAME_CHARS_MAX} characters`);
  }
  if ((cells.get('reason')?.length ?? 0) > REASON_CHARS_MAX) {
    complaints.push(`reason: longer than ${REASON_CHARS_MAX} characters`);
  }
  const reference = cells.get('reference');
  if (reference !== undefined && !REFERENCE.test(reference)) {
    complaints.push('reference: longer than 100 characters, or with control characters');
  }
  return complaints;
}

/**
 * Incomplete ones (1958-00-00, 1958-07-00) are taken. For an impossible one nobody is left without protection: the
 * person is excluded without it, and it is reported.
 */
function readDateOfBirth(cells: ReadonlyMap<Header, string>): {
  used: string | undefined;
  refused: string[];
} {
  const born = cells.get('date_of_birth');
  if (born === undefined) return { used: undefined, refused: [] };
  const isUsable = isDateOfBirth(born) && born <= new Date().toISOString().slice(0, 10);
  return isUsable
    ? { used: born, refused: [] }
    : { used: undefined, refused: [`date_of_birth: ${NO_DATE_OF_BIRTH}`] };
}

function oneOf<TValue extends string>(
  values: readonly TValue[],
  cell: string | undefined,
): TValue | undefined {
  const wanted = cell?.toLowerCase();
  return values.find((value) => value === wanted);
}

function listOf(values: readonly string[]): string {
  return `one of ${values.join(', ')}`;
}
