import { parseArgs } from 'node:util';

/** Sizes of a run. Smaller ones are for trying the bench out; the figures of the README are of the defaults. */
export interface BenchOptions {
  /** Excluded people in the register, with three identifiers, a name and a date of birth each. */
  readonly people: number;
  /** Screening tokens over 50 operators. */
  readonly tokens: number;
  /** Of one round of one contender. */
  readonly seconds: number;
  readonly rounds: number;
  /** Idle sockets on one node. */
  readonly sockets: number;
  readonly bettors: number;
  /** Registrations whose way to the watchers is measured, in each round. */
  readonly registrations: number;
  readonly watchers: number;
  /** The largest table that is filled. */
  readonly identifiers: number;
  readonly names: readonly string[];
}

export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      people: { type: 'string', default: '1000000' },
      tokens: { type: 'string', default: '1000000' },
      seconds: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '5' },
      sockets: { type: 'string', default: '10000' },
      bettors: { type: 'string', default: '50' },
      registrations: { type: 'string', default: '40' },
      watchers: { type: 'string', default: '100' },
      identifiers: { type: 'string', default: '10000000' },
    },
  });
  const number = (name: keyof typeof values) => {
    const value = Number(values[name]);
    if (!Number.isFinite(value) || value <= 0) throw new Error(`--${name}: a positive number is needed`);
    return value;
  };
  return {
    people: number('people'),
    tokens: number('tokens'),
    seconds: number('seconds'),
    rounds: number('rounds'),
    sockets: number('sockets'),
    bettors: number('bettors'),
    registrations: number('registrations'),
    watchers: number('watchers'),
    identifiers: number('identifiers'),
    names: positionals,
  };
}
