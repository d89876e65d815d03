import type { z } from 'zod';

/**
 * The roles an account can have. A role never implies another. `support` is staff that may do only what is
 * granted to it; a `citizen` came by themselves and is nobody's customer.
 */
export const ROLES = ['admin', 'regulator', 'support', 'operator', 'bettor', 'citizen'] as const;
export type Role = (typeof ROLES)[number];

/** People who act for themselves only: what they see and change is their own. */
export const PERSONAL_ROLES = ['bettor', 'citizen'] as const satisfies readonly Role[];

export function isPersonal(role: Role): boolean {
  return (PERSONAL_ROLES as readonly Role[]).includes(role);
}

/** What an operator's API key may be allowed to do. */
export const SCOPES = [
  'exclusions:lookup',
  'exclusions:watch',
  /** Issue, rotate and validate screening tokens, and map customers to them. */
  'tokens:manage',
  'tokens:validate',
  /** The operator's own changes, their acknowledgement, and its settings. */
  'operator:self',
] as const;
export type Scope = (typeof SCOPES)[number];

/**
 * Who may call a procedure or watch a topic. Deny unless listed.
 * - `public`: anyone, signed in or not.
 * - `signedIn`: any account (not API keys).
 * - `roles` / `scopes`: an account with one of the roles, or an API key with one of the scopes.
 */
export type Access =
  | 'public'
  | 'signedIn'
  | { readonly roles?: readonly Role[]; readonly scopes?: readonly Scope[] };

/** A business error a procedure declares beside the protocol's own codes (HTTP 422). */
export interface DeclaredError {
  readonly message: string;
  /** May the same call succeed when it is simply sent again? */
  readonly retry: boolean;
}

export type DeclaredErrors = Readonly<Record<string, DeclaredError>>;
export type Idempotency = 'accepted' | 'required';

export interface ProcedureSpec<
  TInput extends z.ZodType = z.ZodType,
  TOutput extends z.ZodType = z.ZodType,
  TErrors extends DeclaredErrors = DeclaredErrors,
  TIdempotency extends Idempotency = Idempotency,
> {
  readonly summary: string;
  readonly access: Access;
  readonly input: TInput;
  readonly output: TOutput;
  readonly errors?: TErrors;
  /**
   * Whether the call takes an idempotency key. Commands that move money or register something accept one;
   * procedures that return a secret never do (the stored answer would be a copy of the secret).
   */
  readonly idempotency?: TIdempotency;
  /** False: may not be granted to anybody beyond its roles, because who can call it could grant themselves more. */
  readonly grantable?: false;
  /** Which limit counts the call: a person's, the stricter hourly one for staff, or the key's lookups. */
  readonly limit?: 'person' | 'staff' | 'lookup';
}

export interface Procedure<
  TName extends string = string,
  TInput extends z.ZodType = z.ZodType,
  TOutput extends z.ZodType = z.ZodType,
  TErrors extends DeclaredErrors = DeclaredErrors,
  TIdempotency extends Idempotency = Idempotency,
> extends ProcedureSpec<TInput, TOutput, TErrors, TIdempotency> {
  readonly name: TName;
}

/**
 * Declares one procedure; the name is `<domain>.<procedure>`, the public face on every transport. What it
 * declares about errors and keys stays in its type, so that a client's compiler knows it too.
 */
export function procedure<
  TName extends string,
  TInput extends z.ZodType,
  TOutput extends z.ZodType,
  const TErrors extends DeclaredErrors = Record<never, DeclaredError>,
  TIdempotency extends Idempotency = never,
>(
  name: TName,
  spec: ProcedureSpec<TInput, TOutput, TErrors, TIdempotency>,
): Procedure<TName, TInput, TOutput, TErrors, TIdempotency> {
  return { name, ...spec };
}

export type InputOf<TProcedure> =
  TProcedure extends Procedure<string, infer TInput, z.ZodType> ? z.input<TInput> : never;
/** The input after parsing: defaults filled in, strings trimmed where the schema says so. */
export type ParsedInputOf<TProcedure> =
  TProcedure extends Procedure<string, infer TInput, z.ZodType> ? z.output<TInput> : never;
export type OutputOf<TProcedure> =
  TProcedure extends Procedure<string, z.ZodType, infer TOutput> ? z.output<TOutput> : never;
/** The codes of the business errors a procedure declares. */
export type ErrorCodeOf<TProcedure> =
  TProcedure extends Procedure<string, z.ZodType, z.ZodType, infer TErrors> ? keyof TErrors & string : never;
/** `accepted`, `required`, or never when the procedure takes no idempotency key. */
export type IdempotencyOf<TProcedure> =
  TProcedure extends Procedure<string, z.ZodType, z.ZodType, DeclaredErrors, infer TIdempotency>
    ? TIdempotency
    : never;
