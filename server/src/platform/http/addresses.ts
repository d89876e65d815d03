import { BlockList, isIP, isIPv4 } from 'node:net';
import { ConfigError } from '../../config.ts';

/** Addresses and CIDR blocks from the configuration. */
export class AddressList {
  readonly #list = new BlockList();

  /** @param key the configuration's key, for the complaint about a wrong entry */
  constructor(key: string, entries: readonly string[]) {
    for (const entry of entries) this.#add(key, entry);
  }

  has(address: string): boolean {
    const family = familyOf(address);
    return family !== undefined && this.#list.check(address, family);
  }

  #add(key: string, entry: string): void {
    const [address = '', prefix, ...rest] = entry.split('/');
    const family = familyOf(address);
    if (family === undefined || rest.length > 0) throw new ConfigError(`${key}: ${entry} is not an address`);
    if (prefix === undefined) {
      this.#list.addAddress(address, family);
      return;
    }
    const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
    if (bits < 0 || bits > (family === 'ipv4' ? 32 : 128)) {
      throw new ConfigError(`${key}: ${entry} is not a CIDR block`);
    }
    this.#list.addSubnet(address, bits, family);
  }
}

const LOOPBACK = new AddressList('loopback', ['127.0.0.0/8', '::1']);

export function isLoopback(address: string): boolean {
  return LOOPBACK.has(address);
}

/** The address of whoever sent a request, without trusting what they say about it. */
export interface ClientAddress {
  readonly address: string;
  /** Per-address limits count by this: an IPv6 customer commands a whole /64. Undefined: exempt. */
  readonly key: string | undefined;
  /** Forwarded by a machine nobody named as a proxy: the address is that machine's, not the client's. */
  readonly viaStranger: boolean;
}

/** X-Forwarded-For is read from the right, as long as each address it names is itself a trusted proxy. */
export function clientAddress(
  peer: string | undefined,
  forwarded: string | string[] | undefined,
  trusted: AddressList,
): ClientAddress {
  let address = plain(peer ?? '');
  const hops = [forwarded ?? []].flat().join(',').split(',').filter(Boolean);
  let viaStranger = false;
  for (const hop of hops.reverse()) {
    const named = plain(hop.trim());
    if (!trusted.has(address) || isIP(named) === 0) {
      viaStranger = true;
      break;
    }
    address = named;
  }
  const exempt = isLoopback(address) || trusted.has(address);
  return { address, key: exempt ? undefined : limitKey(address), viaStranger };
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}

/** Without the IPv6 wrapping of IPv4, and without a port or zone. */
function plain(address: string): string {
  const bare = address.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/%.*$/, '');
  const mapped = bare.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIPv4(mapped.replace(/:\d+$/, '')) ? mapped.replace(/:\d+$/, '') : mapped;
}

/** The network of an address, /24 or /48: enough to tell a person where it was, and not enough to follow them. */
export function networkOf(address: string): string | undefined {
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 6 ? prefixOf(address, 3) : `${address.split('.').slice(0, 3).join('.')}.0/24`;
}

function limitKey(address: string): string {
  return isIP(address) === 6 ? prefixOf(address, 4) : address;
}

/** The first groups of an IPv6 address, however it is written. */
function prefixOf(address: string, groupCount: number): string {
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  return `${groups
    .slice(0, groupCount)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/${16 * groupCount}`;
}
