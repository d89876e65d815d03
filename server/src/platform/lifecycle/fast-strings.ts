/** V8 looks at what a function loads only after it has run for a while. */
const ROUNDS = 5_000;

/**
 * To be called once everything is imported. A class that extends String, such as one in ioredis, puts
 * `String.prototype` into V8's dictionary mode, and code compiled from then on looks up every method of every
 * string at every use: a fifth of what a batch of lookups costs. Loads through an object make V8 put the prototype
 * in order again; those of plain strings never do.
 */
export function restoreFastStrings(): void {
  const text = Object('') as string;
  for (let round = 0; round < ROUNDS; round++) methodOf(text);
}

function methodOf(text: string): (index: number) => number {
  return text.charCodeAt;
}
