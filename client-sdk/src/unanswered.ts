interface Placed {
  place: number;
  order: number;
}

/**
 * What was sent and not yet answered. A `Set` would do, but one that is filled and emptied all the time is rebuilt
 * every few calls, each table pointing to the next, dead or not: V8's young collections then keep everything that
 * ever hung on one of them, and a busy client spends a tenth of its time copying answered calls.
 */
export class Unanswered<TCall extends Placed> {
  readonly #calls: TCall[] = [];
  #order = 0;

  get size(): number {
    return this.#calls.length;
  }

  add(call: TCall): void {
    this.#order += 1;
    call.order = this.#order;
    call.place = this.#calls.length;
    this.#calls.push(call);
  }

  /** False when it is not among them. The last takes its place. */
  delete(call: TCall): boolean {
    const { place } = call;
    if (this.#calls[place] !== call) return false;
    const last = this.#calls.pop();
    if (last !== undefined && last !== call) {
      last.place = place;
      this.#calls[place] = last;
    }
    return true;
  }

  /** In the order they were sent. */
  all(): TCall[] {
    return this.#calls.toSorted((one, other) => one.order - other.order);
  }

  takeAll(): TCall[] {
    const all = this.all();
    this.#calls.length = 0;
    return all;
  }
}
