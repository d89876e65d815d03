import type { Platform } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/tx.ts';
import type { SamplingFinding } from './findings.ts';
import type { KeyState, OperatorState } from './keys.ts';
import type { Kind, Part } from './memory/different-people.ts';
import { blocks, type Screen, type ScreeningRules } from './screen.ts';

/** Registers raised before the other nodes are told: at most so many people, or 3 % of those there are. */
const UNTOLD_MAX = 64;

export interface SamplingOptions {
  readonly platform: Platform;
  readonly screen: Screen;
  /** How many customers an operator has mapped; asked only when it is beyond what anybody may. */
  readonly customersOf: (tx: Tx, operatorId: string) => Promise<number>;
  readonly onFound: (finding: SamplingFinding) => void;
}

interface SketchRow {
  readonly now: Date;
  readonly day: string;
  /** Null: there is nothing new. */
  readonly tenant_id: string | null;
  readonly kind: Kind;
  readonly registers: Buffer;
}

interface Told {
  readonly operator: OperatorState;
  readonly part: Part;
  readonly untold: number;
}

/**
 * Judges whether an operator asks about more different people within a day of Nairobi than it can have to do with.
 * The sketches of all nodes are one: each tells its own, which holds what it heard of the others. A node that
 * begins hears what was asked before it, so that nothing is forgotten with a restart.
 */
export class Sampling {
  readonly #options: SamplingOptions;
  #day = '';
  #readUntil = new Date(0);
  #rules: ScreeningRules | undefined;

  constructor(options: SamplingOptions) {
    this.#options = options;
  }

  /** Within a transaction for every tenant; what it returns is to be called after the commit. */
  async exchange(tx: Tx, isLast: boolean): Promise<() => void> {
    const readUntil = await this.#read(tx);
    const told = await this.#tell(tx, isLast);
    await this.#judge(tx);
    return () => {
      this.#readUntil = readUntil;
      for (const { part, untold } of told) part.untold -= untold;
    };
  }

  async #read(tx: Tx): Promise<Date> {
    const { rows } = await tx.query<SketchRow>(READ_SQL, [this.#readUntil, this.#options.platform.node]);
    const { keys } = this.#options.screen;
    const { now, day } = rows[0]!;
    if (day !== this.#day) this.#begin(day);
    for (const { tenant_id, kind, registers } of rows) {
      if (tenant_id !== null) keys.operator(tenant_id).people.part(kind).sketch.merge(registers);
    }
    return now;
  }

  #begin(day: string): void {
    const { keys } = this.#options.screen;
    // What was asked in the first moments of a node is of the day on which it began.
    if (this.#day !== '') {
      for (const { people } of keys.operators()) people.forget();
      for (const key of keys.all()) key.widened = 0;
    }
    this.#day = day;
  }

  async #tell(tx: Tx, isLast: boolean): Promise<Told[]> {
    const least = isLast ? 1 : UNTOLD_MAX;
    const told: Told[] = [];
    for (const operator of this.#options.screen.keys.operators()) {
      for (const part of operator.people.parts()) {
        if (part.untold >= least) told.push({ operator, part, untold: part.untold });
      }
    }
    if (told.length === 0) return told;
    await tx.query(TELL_SQL, [
      told.map(({ operator }) => operator.id),
      told.map(({ part }) => part.kind),
      told.map(({ part }) => Buffer.from(part.sketch.registers)),
      this.#options.platform.node,
      this.#day,
    ]);
    return told;
  }

  async #judge(tx: Tx): Promise<void> {
    const { keys, rules } = this.#options.screen;
    if (rules === undefined) return;
    const isOther = rules !== this.#rules;
    this.#rules = rules;
    for (const operator of keys.operators()) {
      if (isOther) operator.people.quietUntil = 0;
      if (operator.people.isChanged) await this.#judgeOne(tx, operator, rules.newPeoplePerDay);
    }
  }

  async #judgeOne(tx: Tx, operator: OperatorState, rules: ScreeningRules['newPeoplePerDay']): Promise<void> {
    const { id, people } = operator;
    // Before it is asked for more: what is asked meanwhile is judged in the next turn.
    people.isChanged = false;
    const count = people.count();
    if (count > Math.max(rules.floor, people.quietUntil)) {
      const customers = await this.#options.customersOf(tx, id);
      const limit = Math.max(rules.floor, rules.perMappedCustomer * customers);
      people.quietUntil = limit;
      if (count > limit) this.#found(operator, { people: count, customers, limit, rules });
    }
  }

  #found(
    operator: OperatorState,
    seen: Pick<SamplingFinding, 'people' | 'customers' | 'limit' | 'rules'>,
  ): void {
    const keys = this.#widening(operator);
    const blocked = keys.filter((key) => blocks(key, seen.rules.mode));
    for (const key of keys) key.widened = 0;
    // It goes on for as long as there are new people; the same ones again are nothing new.
    operator.people.quietUntil = seen.people + Math.ceil(seen.limit / 100);
    this.#options.onFound({ ...seen, operatorId: operator.id, keys, blocked });
  }

  /** The keys that asked about them; one that asked about a few among the many was not meant. */
  #widening(operator: OperatorState): KeyState[] {
    const keys = [...this.#options.screen.keys.all()].filter((key) => key.operator === operator);
    const most = Math.max(...keys.map(({ widened }) => widened));
    return keys.filter(({ widened }) => widened > 0 && 4 * widened >= most);
  }
}

/** Some seconds again: a transaction that wrote earlier may commit later, and merging twice changes nothing. */
const READ_SQL = `
  SELECT t.now, t.day::text AS day, s.tenant_id, s.kind, s.registers
  FROM (SELECT clock_timestamp() AS now, (clock_timestamp() AT TIME ZONE 'Africa/Nairobi')::date AS day) t
  LEFT JOIN screening_sketches s
    ON s.day = t.day AND s.node <> $2 AND s.at > $1::timestamptz - interval '5 seconds'`;

/** In one order, so that two nodes never wait for each other. */
const TELL_SQL = `
  INSERT INTO screening_sketches (tenant_id, kind, node, day, registers, at)
  SELECT tenant_id, kind, $4, $5::date, registers, clock_timestamp()
  FROM unnest($1::text[], $2::text[], $3::bytea[]) AS told (tenant_id, kind, registers)
  ORDER BY told.tenant_id, told.kind
  ON CONFLICT (tenant_id, kind, node) DO UPDATE
  SET day = excluded.day, registers = excluded.registers, at = excluded.at`;
