import type { Ack } from '@kinga/shared/contract/errors.ts';
import { Decoder, Encoder, type Packet, PacketType } from 'socket.io-parser';
import { JsonText } from '../call/json-text.ts';

/** In place of an event's name: the message was over the limit and has not been read. */
export const TOO_LARGE = Symbol('message over the limit');
/** In place of an event's name: the message came with binary attachments, which no call takes. */
export const BINARY = Symbol('message with attachments');

const EVENT = '2'.charCodeAt(0);
const BRACKET = '['.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);
const NINE = '9'.charCodeAt(0);
/** As many digits as are a safe integer for certain. */
const ID_DIGITS_MAX = 15;
const ATTACHMENTS_MAX = 10;
const HEAD = /^(\d)(?:(\d+)-)?(?:\/[^,]*,)?(\d{1,15})?\[/;
const HEAD_MAX = 64;

/**
 * The parser of socket.io with the same bytes on the wire, and without work our messages do not need: they are
 * JSON on the one namespace, so nothing is searched for binary parts, and the head of a packet is read by
 * character codes. Whatever is not such a message takes the library's own way.
 */
export function createParser(options: { messageBytes: number }) {
  return {
    Encoder: JsonEncoder,
    Decoder: class extends JsonDecoder {
      constructor() {
        super(options.messageBytes);
      }
    },
  };
}

export class JsonEncoder extends Encoder {
  override encode(packet: Packet): string[] {
    const plain = packet.nsp === '/' || packet.nsp === undefined;
    if (plain && packet.type === PacketType.ACK) return [`3${packet.id}${ackText(packet.data)}`];
    if (plain && packet.type === PacketType.EVENT && packet.id === undefined) {
      return [`2${JSON.stringify(packet.data)}`];
    }
    return super.encode(packet);
  }
}

function ackText(data: unknown): string {
  const [ack] = data as readonly [Ack?];
  if (ack?.ok === true && ack.data instanceof JsonText) return `[{"ok":true,"data":${ack.data.text}}]`;
  return JSON.stringify(data);
}

export class JsonDecoder extends Decoder {
  readonly #messageBytes: number;
  #attachmentsToDrop = 0;

  constructor(messageBytes: number) {
    super();
    this.#messageBytes = messageBytes;
  }

  override add(message: unknown): void {
    if (typeof message !== 'string') {
      this.#dropAttachment();
      return;
    }
    if (this.#attachmentsToDrop > 0) throw new Error('text where an attachment was announced');
    // Between one and three bytes for each UTF-16 unit: nearly every message is judged by its length alone.
    const oversized =
      message.length * 3 > this.#messageBytes && Buffer.byteLength(message) > this.#messageBytes;
    if (oversized) this.#refuse(message, TOO_LARGE);
    else if (message.charCodeAt(0) !== EVENT || !this.#addEvent(message)) this.#addOther(message);
  }

  /** An event of the one namespace, with or without an ack id; false when it is something else. */
  #addEvent(message: string): boolean {
    let at = 1;
    let id = 0;
    let code = message.charCodeAt(at);
    while (code >= ZERO && code <= NINE) {
      id = id * 10 + code - ZERO;
      code = message.charCodeAt(++at);
    }
    if (code !== BRACKET || at > ID_DIGITS_MAX) return false;
    const data: unknown = JSON.parse(message.slice(at));
    if (!Array.isArray(data) || typeof data[0] !== 'string') return false;
    const packet: Packet = { type: PacketType.EVENT, nsp: '/', data };
    if (at > 1) packet.id = id;
    this.emitReserved('decoded', packet);
    return true;
  }

  #addOther(message: string): void {
    const type = Number(message[0]);
    if (type === PacketType.BINARY_EVENT || type === PacketType.BINARY_ACK) this.#refuse(message, BINARY);
    else super.add(message);
  }

  /** Hands on that there was a message, and which ack waits for it, but not the message. */
  #refuse(message: string, why: symbol): void {
    const head = HEAD.exec(message.slice(0, HEAD_MAX));
    const type = Number(head?.[1]);
    const attachments = Number(head?.[2] ?? 0);
    const isEvent = type === PacketType.EVENT || type === PacketType.BINARY_EVENT;
    if (!isEvent || attachments > ATTACHMENTS_MAX) throw new Error('not a message this server takes');
    this.#attachmentsToDrop = attachments;
    const packet: Packet = { type: PacketType.EVENT, nsp: '/', data: [why] };
    if (head?.[3] !== undefined) packet.id = Number(head[3]);
    this.emitReserved('decoded', packet);
  }

  #dropAttachment(): void {
    if (this.#attachmentsToDrop === 0) throw new Error('an attachment nobody announced');
    this.#attachmentsToDrop--;
  }
}
