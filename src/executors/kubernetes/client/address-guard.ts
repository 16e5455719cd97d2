import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Which addresses a server may not be sent to by somebody who may name a cluster. */
export interface AddressGuard {
  /** Why an IP address is refused, in a few words; `undefined` where it may be used. */
  refusal(address: string): string | undefined;
}

type Range = readonly [address: string, prefix: number];

const forbidden: readonly (readonly [why: string, ranges: readonly Range[]])[] = [
  [
    'the address of no host',
    [
      ['0.0.0.0', 8],
      ['::', 128],
    ],
  ],
  [
    'a loopback address',
    [
      ['127.0.0.0', 8],
      ['::1', 128],
    ],
  ],
  // 168.63.129.16, 100.100.100.200, 192.0.0.192: Azure, Alibaba, Oracle; fd00:ec2::254, fd20:ce::254: AWS, Google.
  [
    'where a cloud answers with the credentials of its machines',
    [
      ['169.254.169.254', 32],
      ['168.63.129.16', 32],
      ['100.100.100.200', 32],
      ['192.0.0.192', 32],
      ['fd00:ec2::254', 128],
      ['fd20:ce::254', 128],
    ],
  ],
  [
    'a link-local address',
    [
      ['169.254.0.0', 16],
      ['fe80::', 10],
    ],
  ],
  [
    'a multicast or reserved address',
    [
      ['224.0.0.0', 3],
      ['ff00::', 8],
    ],
  ],
];

/** IPv6 prefixes whose last 32 bits (for 6to4, the 32 after the prefix) are an IPv4 address that packets end at. */
const translated = [
  /^64:ff9b::([0-9a-f]{1,4}):([0-9a-f]{1,4})$/,
  /^::([0-9a-f]{1,4}):([0-9a-f]{1,4})$/,
  /^2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/,
];

const lists = forbidden.map(([why, ranges]) => {
  const list = new BlockList();
  for (const [address, prefix] of ranges) list.addSubnet(address, prefix, address.includes(':') ? 'ipv6' : 'ipv4');
  return { why, list };
});

/** The guard for clusters that are registered by the API: nothing of the server's own machine, link or cloud. */
export const publicAddressGuard: AddressGuard = { refusal };

function refusal(address: string): string | undefined {
  // The URL parser writes an address in its one canonical form (RFC 5952).
  const plain = isIP(address) === 6 ? new URL(`http://[${address.split('%')[0]}]`).hostname.slice(1, -1) : address;
  const found = lists.find(({ list }) => list.check(plain, plain.includes(':') ? 'ipv6' : 'ipv4'));
  if (found !== undefined) return found.why;
  for (const form of translated) {
    const [, high, low] = form.exec(plain) ?? [];
    if (high === undefined || low === undefined) continue;
    return refusal(dotted(Number.parseInt(high, 16), Number.parseInt(low, 16)));
  }
  return undefined;
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** A server whose address the guard refuses. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';

  constructor(host: string, address: string, why: string) {
    super(`${host === address ? host : `${host} leads to ${address}, which`} is ${why}`);
  }
}

/**
 * A `lookup` for sockets that resolves as usual, and then refuses a name when *any* of its addresses is refused. What
 * was looked at is what is connected to, so a name that changes in between gains nothing.
 */
export function guardedLookup(guard: AddressGuard): LookupFunction {
  return (host, options, callback) => {
    systemLookup(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const refused = refusedOf(guard, host, addresses);
      if (refused !== undefined) return callback(refused, '', 0);
      const [first] = addresses;
      if (options.all === true) return callback(null, addresses);
      if (first === undefined) return callback(new Error(`${host} has no address`), '', 0);
      return callback(null, first.address, first.family);
    });
  };
}

function refusedOf(guard: AddressGuard, host: string, addresses: readonly LookupAddress[]): Error | undefined {
  for (const { address } of addresses) {
    const why = guard.refusal(address);
    if (why !== undefined) return new ForbiddenAddress(host, address, why);
  }
  return undefined;
}

/** Looks at a host that is an address already, which no lookup ever sees. @throws {ForbiddenAddress} */
export function checkLiteral(guard: AddressGuard, hostname: string): void {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) === 0) return;
  const why = guard.refusal(bare);
  if (why !== undefined) throw new ForbiddenAddress(bare, bare, why);
}
