import type { Tx } from '../../../platform/db/tx.ts';

/** All operators in turn, so many at a time, and from the beginning again: nobody is judged all at once. */
export class Round {
  readonly #slice: number;
  #after = '';

  constructor(slice: number) {
    this.#slice = slice;
  }

  async next(tx: Tx): Promise<string[]> {
    const { rows } = await tx.query<{ id: string }>(
      'SELECT id FROM operators WHERE NOT internal AND id > $1 ORDER BY id LIMIT $2',
      [this.#after, this.#slice],
    );
    this.#after = rows.length < this.#slice ? '' : (rows.at(-1)?.id ?? '');
    return rows.map(({ id }) => id);
  }
}
