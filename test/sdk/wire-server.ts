import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Bye, Hello } from '@kinga/shared/contract/wire.ts';
import { Server, type Socket } from 'socket.io';

export interface Received {
  readonly name: string;
  readonly input: unknown;
  readonly meta: unknown;
  /** Counted from 0: which connection it came on. */
  readonly connection: number;
}

type Answer = (ack: unknown) => void;
type Reply = (call: {
  input: unknown;
  meta: unknown;
  answer: Answer;
  socket: Socket;
  connection: number;
}) => void;

/**
 * A scripted peer that speaks the wire's messages, for what a real hub does not do on demand: swallowing an
 * answer, dying between two events, leaving a gap.
 */
export class WireServer implements AsyncDisposable {
  readonly received: Received[] = [];
  readonly auths: unknown[] = [];
  readonly connectedAt: number[] = [];
  /** Refuses the next handshakes, one by one. */
  readonly refusals: { code: string; message: string; retryAfterMs?: number }[] = [];
  hello: Partial<Hello> = {};
  readonly #replies = new Map<string, Reply>();
  readonly #http = createServer();
  readonly #io = new Server(this.#http, { transports: ['websocket'], serveClient: false });
  #connections = 0;

  static async start(): Promise<WireServer> {
    const server = new WireServer();
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  private constructor() {
    this.#io.use((socket, next) => {
      this.auths.push(socket.handshake.auth);
      const refusal = this.refusals.shift();
      if (refusal === undefined) next();
      else next(Object.assign(new Error(refusal.code), { data: refusal }));
    });
    this.#io.on('connection', (socket) => this.#accept(socket));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** What to do when a message of this name comes; without it, it is never answered. */
  on(name: string, reply: Reply): this {
    this.#replies.set(name, reply);
    return this;
  }

  answer(name: string, data: unknown): this {
    return this.on(name, ({ answer }) => answer({ ok: true, data }));
  }

  emit(name: string, message: unknown): void {
    this.#io.emit(name, message);
  }

  /** The transport breaks: no bye, no disconnect packet. */
  kill(): void {
    for (const socket of this.#io.sockets.sockets.values()) socket.conn.close();
  }

  bye(bye: Bye): void {
    this.emit('bye', bye);
    this.kill();
  }

  names(): string[] {
    return this.received.map((call) => call.name);
  }

  of(name: string): Received[] {
    return this.received.filter((call) => call.name === name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#io.close();
  }

  #accept(socket: Socket): void {
    const connection = this.#connections++;
    this.connectedAt.push(performance.now());
    const limits = { unansweredCalls: 1_024, watchedTopics: 100, messageBytes: 262_144 };
    const serverTime = new Date().toISOString();
    const hello = { protocol: 1, contractHash: 'x', node: 'test', serverTime, heartbeatMs: 1_000, limits };
    socket.emit('hello', { ...hello, ...this.hello });
    socket.onAny((name: string, input: unknown, ...rest: unknown[]) => {
      const answer = rest.pop() as Answer;
      const [meta] = rest;
      this.received.push({ name, input, meta, connection });
      this.#replies.get(name)?.({ input, meta, answer, socket, connection });
    });
  }
}
