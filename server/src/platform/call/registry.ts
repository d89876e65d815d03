import type { ErrorDetail } from '@kinga/shared/contract/errors.ts';
import type { Procedure } from '@kinga/shared/contract/procedure.ts';
import { z } from 'zod';
import type { LimitKind } from './admission.ts';
import { type CallFigures, type CallMetrics, UNKNOWN } from './call-metrics.ts';
import type { Call } from './handler.ts';

/** What the gateway needs of a domain, whatever its contract is. */
export interface ServedDomain {
  readonly name: string;
  readonly handlers: Readonly<Record<string, ServedHandler>>;
  readonly alsoMalformed?: Readonly<Record<string, Complain | undefined>>;
  readonly isPlain?: Readonly<Record<string, IsPlain | undefined>>;
}

/**
 * Names the fields that only the domain can judge. Asked when the schema has refused an input already, so that
 * the caller learns of everything that is wrong with it at once.
 */
export type Complain = (input: unknown) => readonly ErrorDetail[];

/**
 * True only for an input that the procedure's schema would take and hand on as it is, so that it need not be asked;
 * false says nothing.
 */
export type IsPlain = (input: unknown) => boolean;

/** Takes what the procedure's schema made of the input. */
type ServedHandler = (input: never, call: Call) => unknown;

/** One procedure as it is served. */
export interface Entry {
  readonly procedure: Procedure;
  /** Undefined: nobody serves it, so it is not known. */
  readonly handler: ((input: never, call: Call) => unknown) | undefined;
  readonly alsoMalformed: Complain | undefined;
  readonly isPlain: IsPlain | undefined;
  readonly limit: LimitKind;
  /** The field whose items count one by one against the limit. */
  readonly countedField: string | undefined;
  /** The hottest procedures leave their output to the tests. */
  readonly checksOutput: boolean;
  readonly figures: CallFigures;
  /** Live sockets only. */
  readonly socketOnly: boolean;
}

/** A procedure of the gateway's own, beside the domains'. */
export interface OwnProcedure {
  readonly procedure: Procedure;
  readonly limit: LimitKind;
  handler(input: never, call: Call): unknown;
}

/** Every name that can be called. */
export class Registry {
  readonly #entries = new Map<string, Entry>();
  readonly #unknown: Entry;

  constructor(metrics: CallMetrics) {
    this.#unknown = {
      procedure: { name: UNKNOWN, summary: '', access: 'public', input: z.unknown(), output: z.unknown() },
      handler: undefined,
      alsoMalformed: undefined,
      isPlain: undefined,
      limit: 'person',
      countedField: undefined,
      checksOutput: false,
      figures: metrics.figures(UNKNOWN),
      socketOnly: false,
    };
    this.#metrics = metrics;
  }
  readonly #metrics: CallMetrics;

  /** Takes the handlers of a domain; each must stand for a procedure of the contract. */
  serve(domain: ServedDomain, procedures: readonly Procedure[]): void {
    for (const [key, handler] of Object.entries(domain.handlers)) {
      const name = `${domain.name}.${key}`;
      const procedure = procedures.find((candidate) => candidate.name === name);
      if (!procedure) throw new Error(`${name} has a handler but stands in no contract`);
      if (this.#entries.has(name)) throw new Error(`${name} has two handlers`);
      const limit = procedure.limit ?? 'person';
      this.#entries.set(name, {
        procedure,
        handler,
        alsoMalformed: domain.alsoMalformed?.[key],
        isPlain: domain.isPlain?.[key],
        limit,
        countedField: limit === 'lookup' ? soleListOf(procedure) : undefined,
        checksOutput: limit !== 'lookup',
        figures: this.#metrics.figures(name),
        socketOnly: false,
      });
    }
  }

  serveOwn(own: OwnProcedure): void {
    this.#entries.set(own.procedure.name, {
      procedure: own.procedure,
      handler: own.handler,
      alsoMalformed: undefined,
      isPlain: undefined,
      limit: own.limit,
      countedField: undefined,
      checksOutput: false,
      figures: this.#metrics.figures(own.procedure.name),
      socketOnly: true,
    });
  }

  /** An entry without a handler for any name that is not served. */
  find(name: unknown): Entry {
    return this.#entries.get(name as string) ?? this.#unknown;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }
}

/** An input that is nothing but one list is a batch: its items count, not the message. */
function soleListOf(procedure: Procedure): string | undefined {
  if (!(procedure.input instanceof z.ZodObject)) return undefined;
  const [field, ...others] = Object.entries(procedure.input.shape);
  return field !== undefined && others.length === 0 && field[1] instanceof z.ZodArray ? field[0] : undefined;
}
