import { z } from 'zod';
import { type PolicyValues, policyValues } from './values.ts';

/**
 * The values as they are answered. A version says what was law then, also when the law has other floors by now or
 * more to say: the same shape, without the limits of what may be published.
 */
export const answeredValues = opened(policyValues) as unknown as z.ZodType<PolicyValues>;

function opened(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const shape: Record<string, z.core.$ZodType> = schema.shape;
    return z.object(Object.fromEntries(Object.entries(shape).map(([name, part]) => [name, opened(part)])));
  }
  if (schema instanceof z.ZodDiscriminatedUnion) return z.union(schema.options.map(opened));
  if (schema instanceof z.ZodNumber) return z.number();
  if (schema instanceof z.ZodString) return z.string();
  if (schema instanceof z.ZodLiteral && typeof schema.value === 'boolean') return z.boolean();
  return schema as z.ZodType;
}
