import type { Ack } from '@kinga/shared/contract/errors.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { io, type Socket } from 'socket.io-client';
import type { Canary } from './persons.ts';

export const ROUTES = ['socket', 'batch', 'http', 'token'] as const;
export type Route = (typeof ROUTES)[number];

/** An answer that takes longer is as wrong as another one. */
export const LATE_MS = 1_000;
const PURPOSE = 'bet';

/** What came back for each canary: a status, the code of an error, or `none` within the time. */
export type Told = ReadonlyMap<string, string>;

/** The ways on which operators ask, each as they go it: through the node's own door, with a key. */
export class Door {
  readonly #url: string;
  readonly #apiKey: string;
  readonly #socket: Socket;
  /** Canary -> its token. */
  readonly #tokens = new Map<string, string>();

  constructor(url: string, apiKey: string) {
    this.#url = url;
    this.#apiKey = apiKey;
    this.#socket = io(url, {
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 250,
      reconnectionDelayMax: LATE_MS,
      auth: { apiKey },
    });
  }

  get isConnected(): boolean {
    return this.#socket.connected;
  }

  close(): void {
    this.#socket.disconnect();
  }

  async ask(route: Route, canaries: readonly Canary[]): Promise<Told> {
    if (route === 'batch') return await this.#askBatch(canaries);
    const asked = canaries.map(
      async (canary) => [canary.id, await orNone(this.#askOne(route, canary))] as const,
    );
    return new Map(await Promise.all(asked));
  }

  async #askOne(route: Exclude<Route, 'batch'>, { id, identifier }: Canary): Promise<string> {
    if (route === 'token') return await this.#askToken(id, identifier);
    const input = { identifiers: [identifier], purpose: PURPOSE };
    if (route === 'socket') return statusOf(await this.#call('exclusions.lookup', input));
    return statusOf(await this.#post('exclusions.lookup', input));
  }

  async #askToken(id: string, identifier: Identifier): Promise<string> {
    const token = await this.#tokenOf(id, identifier);
    const ack = await this.#call('tokens.validate', { token, purpose: PURPOSE });
    // Whatever became of it, the next one is good.
    if (!ack.ok) this.#tokens.delete(id);
    return statusOf(ack);
  }

  async #askBatch(canaries: readonly Canary[]): Promise<Told> {
    const checks = canaries.map(({ id, identifier }) => ({
      ref: id,
      identifiers: [identifier],
      purpose: PURPOSE,
    }));
    const told = new Map(canaries.map(({ id }) => [id, 'none']));
    try {
      const ack = await this.#call('exclusions.lookupMany', { checks });
      if (!ack.ok) return new Map(canaries.map(({ id }) => [id, ack.error.code]));
      for (const result of textsIn(ack.data, 'results'))
        told.set(textOf(result, 'ref'), textOf(result, 'status'));
    } catch {
      // None came in time.
    }
    return told;
  }

  /** The same one each time, for as long as it is not ended. */
  async #tokenOf(id: string, identifier: Identifier): Promise<string> {
    const known = this.#tokens.get(id);
    if (known !== undefined) return known;
    const ack = await this.#call('tokens.issue', { identifiers: [identifier] });
    if (!ack.ok) throw new Error(ack.error.code);
    const token = textOf(ack.data, 'token');
    this.#tokens.set(id, token);
    return token;
  }

  async #call(name: string, input: object): Promise<Ack> {
    return (await this.#socket.timeout(LATE_MS).emitWithAck(name, input)) as Ack;
  }

  async #post(name: string, input: object): Promise<Ack> {
    const response = await fetch(`${this.#url}/api/v1/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': this.#apiKey },
      body: JSON.stringify(input),
      signal: AbortSignal.timeout(LATE_MS),
    });
    return (await response.json()) as Ack;
  }
}

async function orNone(answer: Promise<string>): Promise<string> {
  return await answer.catch(() => 'none');
}

function statusOf(ack: Ack): string {
  return ack.ok ? textOf(ack.data, 'status') : ack.error.code;
}

/** What comes over the wire may be anything: that is what is looked for. */
function textOf(value: unknown, name: string): string {
  const text: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof text === 'string' ? text : 'none';
}

function textsIn(value: unknown, name: string): unknown[] {
  const list: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return Array.isArray(list) ? list : [];
}
