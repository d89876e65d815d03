import { type ErrorDetail, KingaError } from '@kinga/shared/contract/errors.ts';
import type { z } from 'zod';

/** An answer must not become many times the size of its question. */
const DETAILS_MAX = 1_000;
const PATH_PART_MAX = 100;
const DEADLINE_MS_MAX = 60_000;
const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,200}$/;

type Issue = z.core.$ZodIssue;

/** One detail for every malformed field, under the path the caller knows it by: `identifiers[0].value`. */
export function detailsOf(issues: readonly Issue[]): ErrorDetail[] {
  const details: ErrorDetail[] = [];
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys)
        details.push({ path: pathOf([...issue.path, key]), message: 'unknown field' });
    } else {
      details.push({ path: pathOf(issue.path), message: messageOf(issue) });
    }
  }
  return details;
}

/** No procedure takes anything that is nested deeper. */
const DEPTH_MAX = 8;

/**
 * The texts that PostgreSQL cannot store, or only as another text: with a NUL, or with half of a surrogate pair.
 * JSON can say both, so they are refused everywhere rather than in every schema.
 */
export function unstorableDetails(input: unknown, path: readonly PropertyKey[] = []): ErrorDetail[] {
  if (typeof input === 'string') {
    const message = unstorable(input);
    return message === undefined ? [] : [{ path: pathOf(path), message }];
  }
  if (typeof input !== 'object' || input === null || path.length >= DEPTH_MAX) return [];
  const details: ErrorDetail[] = [];
  for (const [key, value] of Object.entries(input)) {
    if (typeof value === 'string' ? unstorable(value) !== undefined : typeof value === 'object') {
      details.push(...unstorableDetails(value, [...path, Array.isArray(input) ? Number(key) : key]));
    }
  }
  return details;
}

function unstorable(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain U+0000';
  return text.isWellFormed() ? undefined : 'must not contain half of a surrogate pair';
}

export function invalidDetails(details: readonly ErrorDetail[]): KingaError {
  const [first] = details;
  const rest = details.length - 1;
  const named =
    details.length > DETAILS_MAX
      ? [
          ...details.slice(0, DETAILS_MAX),
          { path: '', message: `and ${details.length - DETAILS_MAX} more malformed fields` },
        ]
      : details;
  return new KingaError(
    'INVALID_INPUT',
    `${first?.path}: ${first?.message}${rest > 0 ? ` (and ${rest} more)` : ''}`,
    { details: named },
  );
}

/** What zod says of a union whose contract has no words of its own for it. */
const WORDLESS = 'Invalid input';

function messageOf(issue: Issue): string {
  const isWordless = issue.code === 'invalid_union' && issue.message === WORDLESS;
  if (!isWordless || issue.errors.length === 0) return issue.message;
  const branches = issue.errors.flatMap((errors) => errors.slice(0, 1).map((error) => error.message));
  return [...new Set(branches)].join(', or ');
}

export function pathOf(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    const name = String(part).slice(0, PATH_PART_MAX);
    if (typeof part === 'number') text += `[${name}]`;
    else if (/^[\w$-]+$/.test(name)) text += text === '' ? name : `.${name}`;
    else text += `[${JSON.stringify(name)}]`;
  }
  return text === '' ? 'input' : text;
}

/** What travels beside the input. */
export interface Meta {
  readonly idempotencyKey: string | undefined;
  readonly deadlineMs: number | undefined;
}

export const NO_META: Meta = { idempotencyKey: undefined, deadlineMs: undefined };

/** Reads the meta argument; complaints about it go to `details`, beside those about the input. */
export function parseMeta(given: unknown, details: ErrorDetail[]): Meta {
  // An argument left out in the middle arrives as null.
  if (given === undefined || given === null) return NO_META;
  if (typeof given !== 'object' || Array.isArray(given)) {
    details.push({ path: 'meta', message: 'expected an object' });
    return NO_META;
  }
  let idempotencyKey: string | undefined;
  let deadlineMs: number | undefined;
  for (const [name, value] of Object.entries(given)) {
    if (name === 'idempotencyKey') {
      if (typeof value === 'string' && IDEMPOTENCY_KEY.test(value)) idempotencyKey = value;
      else details.push({ path: name, message: 'expected 1 to 200 printable ASCII characters' });
    } else if (name === 'deadlineMs') {
      if (Number.isInteger(value) && value >= 1 && value <= DEADLINE_MS_MAX) deadlineMs = value;
      else details.push({ path: name, message: `expected a whole number from 1 to ${DEADLINE_MS_MAX}` });
    } else {
      details.push({ path: pathOf(['meta', name]), message: 'unknown field' });
    }
  }
  return { idempotencyKey, deadlineMs };
}
