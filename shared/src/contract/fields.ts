import { z } from 'zod';

/** ISO 8601 UTC with milliseconds: what every time on the wire looks like. */
export const instant = z.iso.datetime({ precision: 3 });
/** A point in time a person may give: any ISO 8601 date-time with a zone, or a date (00:00 Nairobi). */
export const givenInstant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .refine((text) => text >= '1900' && text < '2200', 'the years from 1900 to 2199 can be meant');
export const id = z.string().min(1).max(64);
/** Integer minor units as a decimal string; never a float. */
export const amountMinor = z
  .string()
  .regex(/^(0|[1-9]\d{0,15})$/, 'an amount in minor units, as a decimal string');
export const positiveAmountMinor = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, 'a positive amount in minor units, as a decimal string');
export const seq = z.number().int().nonnegative();
export const shortText = z.string().trim().min(1).max(200);
export const longText = z.string().trim().min(1).max(4000);
export const cursor = z.string().max(200);
export const listInput = z.strictObject({ cursor: cursor.optional() });

/** A page of a list: 20 items, and where the next page begins when there is one. */
export function page<TItem extends z.ZodType>(item: TItem) {
  return z.object({ items: z.array(item), nextCursor: cursor.optional() });
}
export const PAGE_SIZE = 20;
