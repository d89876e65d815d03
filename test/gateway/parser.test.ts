import {
  BINARY,
  createParser,
  JsonDecoder,
  JsonEncoder,
  TOO_LARGE,
} from '@kinga/server/platform/socket/parser.ts';
import fc from 'fast-check';
import { Decoder, Encoder, type Packet, PacketType } from 'socket.io-parser';
import { describe, expect, it } from 'vitest';

function decode(decoder: Decoder, message: unknown): Packet[] {
  const packets: Packet[] = [];
  decoder.on('decoded', (packet) => packets.push(packet));
  decoder.add(message);
  return packets;
}

const ours = () => new JsonDecoder(1_000);

describe('the parser', () => {
  it('writes what the library’s writes, byte for byte', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(PacketType.EVENT, PacketType.ACK),
        fc.array(fc.jsonValue(), { minLength: 1 }),
        fc.option(fc.nat(), { nil: undefined }),
        fc.constantFrom('/', '/other'),
        (type, data, id, nsp) => {
          const packet: Packet = { type, nsp, data, ...(id === undefined ? {} : { id }) };
          fc.pre(type === PacketType.EVENT || id !== undefined);
          expect(new JsonEncoder().encode({ ...packet })).toEqual(new Encoder().encode({ ...packet }));
        },
      ),
    );
  });

  it('reads what the library’s reads', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 4 }),
        fc.string(),
        fc.option(fc.nat(), { nil: undefined }),
        fc.constantFrom('/', '/other'),
        (args, name, id, nsp) => {
          const packet: Packet = { type: PacketType.EVENT, nsp, data: [name, ...args] };
          if (id !== undefined) packet.id = id;
          const [message] = new Encoder().encode(packet);
          fc.pre(Buffer.byteLength(message) <= 1_000);
          expect(decode(ours(), message)).toEqual(decode(new Decoder(), message));
        },
      ),
    );
  });

  it('reads the other packets the library’s way', () => {
    for (const message of ['0', '0{"token":"x"}', '1', '31["a"]', '0/other,{}', '2/other,7["a"]']) {
      expect(decode(ours(), message)).toEqual(decode(new Decoder(), message));
    }
  });

  it('hands a message over the limit on unread, with the id its ack waits under', () => {
    const text = 'x'.repeat(1_000);
    expect(decode(ours(), `2["lab.echo","${text}"]`)).toEqual([
      { type: PacketType.EVENT, nsp: '/', data: [TOO_LARGE] },
    ]);
    expect(decode(ours(), `217["lab.echo",not json ${text}`)).toEqual([
      { type: PacketType.EVENT, nsp: '/', id: 17, data: [TOO_LARGE] },
    ]);
    expect(() => decode(ours(), `317["${text}"]`)).toThrow();
  });

  it('drops the attachments of a message, and nothing else', () => {
    const decoder = ours();
    const packets = decode(decoder, '52-8["lab.echo",{"_placeholder":true,"num":0}]');
    expect(packets).toEqual([{ type: PacketType.EVENT, nsp: '/', id: 8, data: [BINARY] }]);
    decoder.add(Buffer.from('one'));
    decoder.add(Buffer.from('two'));
    expect(() => decoder.add(Buffer.from('three'))).toThrow();
    decoder.add('29["lab.echo"]');
    expect(packets).toHaveLength(2);
    expect(() => decode(ours(), '511-["a"]')).toThrow();
  });

  it('is made with the limit of the installation', () => {
    const { Decoder: Made } = createParser({ messageBytes: 10 });
    expect(decode(new Made(), '21["abcdefgh"]')[0]?.data).toEqual([TOO_LARGE]);
  });
});
