import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import type { IssuedToken } from '@kinga/shared/tokens/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import { actForTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudits } from '../../../platform/outbox/audit.ts';
import type { ItemError } from '../../exclusions/index.ts';
import { isBulk } from '../fraud/sighting.ts';
import { watch } from '../fraud/watch.ts';
import { itemErrorOf } from '../items.ts';
import { tellChanges } from '../memory/changes.ts';
import { keyOf } from '../operator.ts';
import { countAsLearned, customerHash, type Mapped, mapCustomers } from './customers.ts';
import { type Issued, issueActive, workingTokens } from './generations.ts';
import { lockSubjects, storeSubjects } from './subject-store.ts';
import { type Named, nameOf, type Subject } from './subjects.ts';

export interface Wish {
  readonly identifiers: readonly Identifier[];
  readonly customerId?: string | undefined;
  /** Of the wish in the input; empty: the input is the wish. */
  readonly path: string;
}

export type Outcome = { readonly issued: IssuedToken } | { readonly error: ItemError };

export interface IssueResult {
  readonly outcomes: readonly Outcome[];
  /** Of the last change that was told; undefined when nothing changed. */
  readonly seq: number | undefined;
}

/** A token for each wish: the same as before for a person the operator has one for. A bad wish fails alone. */
export async function issueTokens(
  { db, crypto }: Platform,
  wishes: readonly Wish[],
  call: Call,
): Promise<IssueResult> {
  const { operatorId } = keyOf(call);
  const taken = new Set<string>();
  const read = wishes.map((wish) =>
    orError(() => {
      const named = nameOf(crypto, wish.identifiers, `${wish.path}identifiers`);
      if (wish.customerId !== undefined) {
        claimCustomer(taken, customerHash(crypto, operatorId, wish.customerId).toString('hex'), wish);
      }
      return named;
    }),
  );
  if (read.every(isError)) return { outcomes: read as Outcome[], seq: undefined };
  return await db.transaction(async (tx) => {
    await actForTenant(tx, operatorId);
    const work = new Issuing({ tx, crypto, operatorId, isBulk: isBulk(wishes.length) }, call);
    return await work.run(wishes, read);
  });
}

interface Context {
  readonly tx: Tx;
  readonly crypto: Platform['crypto'];
  readonly operatorId: string;
  readonly isBulk: boolean;
}

type Read = Named | { readonly error: ItemError };

/** One transaction: who it is about, their tokens, their customers, the audit, the alarms, the change. */
class Issuing {
  readonly #context: Context;
  readonly #call: Call;

  constructor(context: Context, call: Call) {
    this.#context = context;
    this.#call = call;
  }

  async run(wishes: readonly Wish[], read: readonly Read[]): Promise<IssueResult> {
    const { tx, crypto, operatorId } = this.#context;
    const subjects = await lockSubjects(
      tx,
      operatorId,
      read.flatMap((one) => (isError(one) ? [] : one)),
    );
    const resolved = read.map((one, index) =>
      isError(one) ? one : orError(() => subjects.resolve(one, `${wishes[index]!.path}identifiers`)),
    );
    const gained = await storeSubjects(tx, this.#context, [...subjects.all]);
    const subjectIds = [...subjects.all].map(({ id }) => id);
    const issued = await issueActive(tx, crypto, { operatorId, subjectIds });
    const mapped = await mapCustomers(tx, crypto, { operatorId, customers: customersOf(wishes, resolved) });
    const known = knownOf(subjects.all, mapped);
    await countAsLearned(tx, known);
    await this.#audit(issued, gained, mapped);
    await watch(tx, crypto, {
      ...this.#context,
      people: peopleOf(read, resolved),
      mapped,
      doubles: subjects.doubles,
    });
    const seq = await this.#tell(issued, [...gained.map(({ id }) => id), ...known]);
    return { outcomes: resolved.map((one) => outcomeOf(one, issued)), seq };
  }

  async #audit(issued: Issued, gained: readonly Subject[], mapped: readonly Mapped[]): Promise<void> {
    const { actor, requestId } = this.#call;
    const by = { actor, requestId };
    await recordAudits(this.#context.tx, [
      ...issued.created.map(({ subjectId }) => ({
        ...by,
        action: 'token.issued',
        subject: subjectId,
        details: { generation: issued.bySubject.get(subjectId)?.generation },
      })),
      ...gained.map(({ id, added }) => ({
        ...by,
        action: 'token.identified',
        subject: id,
        details: { identifiers: added.length },
      })),
      ...mapped.map(({ subjectId, movedFrom }) => ({
        ...by,
        action: 'token.mapped',
        subject: subjectId,
        details: movedFrom === null ? {} : { movedFrom },
      })),
    ]);
  }

  async #tell(issued: Issued, subjectIds: readonly string[]): Promise<number | undefined> {
    const { tx } = this.#context;
    const known = await workingTokens(tx, subjectIds);
    const changed = new Set([...issued.created.map(({ tokenId }) => tokenId), ...known]);
    return changed.size === 0 ? undefined : await tellChanges(tx, [...changed]);
  }
}

function orError<TResult>(work: () => TResult): TResult | { readonly error: ItemError } {
  try {
    return work();
  } catch (error) {
    return { error: itemErrorOf(error) };
  }
}

function isError(value: object): value is { readonly error: ItemError } {
  return 'error' in value;
}

/** One customer is one person: two wishes for one customer contradict each other. */
function claimCustomer(taken: Set<string>, hash: string, wish: Wish): void {
  if (taken.has(hash)) {
    const path = `${wish.path}customerId`;
    const message = 'this customer is given twice';
    throw new KingaError('INVALID_INPUT', `${path}: ${message}`, { details: [{ path, message }] });
  }
  taken.add(hash);
}

/** Those who were known before and turned out to be another customer too. */
function knownOf(subjects: Iterable<Subject>, mapped: readonly Mapped[]): string[] {
  const customers = new Set(mapped.map(({ subjectId }) => subjectId));
  return [...subjects].flatMap(({ id, isNew }) => (!isNew && customers.has(id) ? [id] : []));
}

type Resolved = Subject | { readonly error: ItemError };

function customersOf(wishes: readonly Wish[], resolved: readonly Resolved[]) {
  return wishes.flatMap(({ customerId }, index) => {
    const subject = resolved[index]!;
    return customerId === undefined || isError(subject) ? [] : [{ customerId, subjectId: subject.id }];
  });
}

function peopleOf(read: readonly Read[], resolved: readonly Resolved[]) {
  return read.flatMap((named, index) => {
    const subject = resolved[index]!;
    return isError(named) || isError(subject) ? [] : [{ subject, keys: named.keys }];
  });
}

function outcomeOf(resolved: Resolved, { bySubject }: Issued): Outcome {
  if (isError(resolved)) return resolved;
  const issued = bySubject.get(resolved.id);
  if (issued === undefined) throw new Error('a subject was left without a token');
  return { issued };
}
