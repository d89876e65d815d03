import type pg from 'pg';

/** What a connection of pg has beside what @types/pg knows; pg-copy-streams lives of it too. */
interface CopyingConnection extends pg.Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/**
 * Statements of which the last is a `COPY ... FROM STDIN`, with its data right behind them. A stream waits until
 * PostgreSQL asks for the data: one more time both sides wake up between two answers, ten times a second. When a
 * statement fails, PostgreSQL drops the data (its manual, "COPY Operations").
 */
class CopyQuery implements pg.Submittable {
  readonly #text: string;
  readonly #data: Buffer;
  readonly #done = Promise.withResolvers<void>();

  constructor(text: string, data: Buffer) {
    this.#text = text;
    this.#data = data;
  }

  get done(): Promise<void> {
    return this.#done.promise;
  }

  submit(connection: pg.Connection): void {
    const copying = connection as CopyingConnection;
    copying.stream.cork();
    copying.query(this.#text);
    copying.sendCopyFromChunk(this.#data);
    copying.endCopyFrom();
    copying.stream.uncork();
  }

  handleCopyInResponse(): void {}

  handleCommandComplete(): void {}

  handleError(error: Error): void {
    this.#done.reject(error);
  }

  /** Only now is it committed. */
  handleReadyForQuery(): void {
    this.#done.resolve();
  }
}

/** Rejects with PostgreSQL's error, or because the connection was lost. */
export function copyInto(client: pg.Client, text: string, data: Buffer): Promise<void> {
  const query = new CopyQuery(text, data);
  client.query(query);
  return query.done;
}
