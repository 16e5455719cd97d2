import { isIP } from 'node:net';
import { CertificateError } from './certificate-error.ts';

/** A host as a certificate names it. */
export type HostName =
  | { readonly type: 'dns'; readonly name: string }
  | { readonly type: 'ip'; readonly family: 4 | 6; readonly address: string };

const dnsLabel = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * Reads a host name or address as a person writes it: any case, IPv6 with or without brackets, a closing dot allowed.
 * Two spellings of one host give equal values.
 * @throws {CertificateError} for what no certificate of ours may name: wildcards, zone ids, ports, empty labels.
 */
export function parseHostName(text: string): HostName {
  const bare = text
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  const family = isIP(bare);
  if (family === 4) return { type: 'ip', family, address: bare };
  if (family === 6 && !bare.includes('%')) {
    // The URL parser compresses an address to its one canonical form (RFC 5952).
    return { type: 'ip', family, address: new URL(`http://[${bare}]/`).hostname.slice(1, -1) };
  }
  const labels = bare.split('.');
  // A last label of digits alone would be read as an IPv4 address by some clients.
  const isDns =
    bare.length <= 253 && labels.every((label) => dnsLabel.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '');
  if (!isDns) {
    throw new CertificateError(
      `'${text}' cannot stand in a certificate: give a host name or an IP address, without scheme, port or wildcard.`,
    );
  }
  return { type: 'dns', name: bare };
}

/** Reads all hosts of a server; equal ones once, in the order given. An empty list is an error. */
export function parseHostNames(texts: readonly string[]): readonly HostName[] {
  const hosts = new Map(texts.map(parseHostName).map((host) => [hostKey(host), host]));
  if (hosts.size === 0) throw new CertificateError('A certificate needs at least one host name or IP address.');
  return [...hosts.values()];
}

/** The key under which hosts are compared; also how a person would write the host. */
export function hostKey(host: HostName): string {
  return host.type === 'dns' ? host.name : host.address;
}
