import type { Ack } from '@kinga/shared/contract/errors.ts';
import type { FeedEvent, Position, WatchAck } from '@kinga/shared/contract/wire.ts';
import { connectPlain, type PlainClient } from './plain-client.ts';

/** A client that comes back by itself and watches from where it stood; it notes every event it ever got. */
export class ResumingClient {
  readonly topic: string;
  readonly seqs: number[] = [];
  readonly troubles: string[] = [];
  position: Position;
  readonly #auth: Readonly<Record<string, unknown>>;
  #client: PlainClient | undefined;

  constructor(topic: string, position: Position, auth: Readonly<Record<string, unknown>> = {}) {
    this.topic = topic;
    this.position = position;
    this.#auth = auth;
  }

  get connected(): boolean {
    return this.#client?.socket.connected ?? false;
  }

  /** The id of its socket, by which the server's side of it is found. */
  get id(): string | undefined {
    return this.#client?.socket.id;
  }

  async connect(url: string): Promise<void> {
    if (this.connected) return;
    const client = await connectPlain(url, this.#auth);
    this.#client = client;
    client.socket.on('event', (event: FeedEvent) => this.#take(client, event));
    await this.watch({ resume: true });
  }

  /** With or without a place, the sum of what it gets is the same. */
  async watch({ resume }: { resume: boolean }): Promise<void> {
    const client = this.#client;
    if (client === undefined || !client.socket.connected) return;
    const from = resume ? this.position : undefined;
    await new Promise<void>((resolve) => {
      client.socket.once('disconnect', () => resolve());
      client.socket.emit('watch', { topic: this.topic, ...(from && { from }) }, (ack: Ack<WatchAck>) => {
        // In the turn of its arrival: the next message may be an event that counts from it.
        this.#judge(ack, from);
        resolve();
      });
    });
  }

  cut(): void {
    this.#client?.socket.io.engine.close();
  }

  close(): void {
    this.#client?.socket.disconnect();
  }

  #judge(ack: Ack<WatchAck>, from: Position | undefined): void {
    if (!ack.ok) {
      this.troubles.push(ack.error.code);
    } else if (from === undefined) {
      if (ack.data.seq !== this.position.seq) {
        this.troubles.push(`goes on at ${ack.data.seq}, not at ${this.position.seq}`);
      }
    } else if (ack.data.resumed) {
      // What came between asking and this answer comes again: it was asked for.
      this.seqs.splice(this.seqs.length - (this.position.seq - from.seq));
      this.position = from;
    } else {
      this.troubles.push(`not resumed from ${from.seq}`);
    }
  }

  #take(client: PlainClient, event: FeedEvent): void {
    if (event.topic !== this.topic || client !== this.#client) return;
    if (event.seq !== this.position.seq + 1) {
      this.troubles.push(`seq ${event.seq} after ${this.position.seq}`);
    }
    this.seqs.push(event.seq);
    this.position = { epoch: event.epoch, seq: event.seq };
  }
}
