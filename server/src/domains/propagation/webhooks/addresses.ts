import { type LookupAddress, lookup as resolve } from 'node:dns';
import { BlockList, isIP, isIPv4, type LookupFunction } from 'node:net';

/** Everything of IPv4 that is not somebody's on the internet. */
const NOT_PUBLIC_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
/** Of the IPv6 that is routed, what is documentation or carries an IPv4 address inside. */
const NOT_PUBLIC_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const refused = new BlockList();
for (const [address, bits] of NOT_PUBLIC_V4) refused.addSubnet(address, bits, 'ipv4');
for (const [address, bits] of NOT_PUBLIC_V6) refused.addSubnet(address, bits, 'ipv6');
const routed = new BlockList();
routed.addSubnet('2000::', 3, 'ipv6');

/** Is this an address on the internet, and nothing of ours? */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !refused.check(address, 'ipv4');
  return isIP(address) === 6 && routed.check(address, 'ipv6') && !refused.check(address, 'ipv6');
}

export class NotPublic extends Error {
  override readonly name = 'NotPublic';
}

/**
 * Resolves a name and hands over what may be connected to, so that the address that was checked is the one that is
 * connected to. One address of ours among them refuses the name.
 */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const [first] = addresses ?? [];
    if (error !== null || first === undefined)
      callback(error ?? new NotPublic('the name has no address'), '', 0);
    else if (!addresses.every(({ address }) => isPublicAddress(address)))
      callback(new NotPublic('the name leads to an address that is not public'), '', 0);
    else if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};
