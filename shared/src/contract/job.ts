import type { z } from 'zod';

/** Work done by a worker after the commit that asked for it. At least once, so its effect is keyed. */
export interface Job<TName extends string = string, TData extends z.ZodType = z.ZodType> {
  /** `<domain>.<verb-noun>` */
  readonly name: TName;
  readonly summary: string;
  readonly data: TData;
}

export function job<TName extends string, TData extends z.ZodType>(
  declaration: Job<TName, TData>,
): Job<TName, TData> {
  return declaration;
}
