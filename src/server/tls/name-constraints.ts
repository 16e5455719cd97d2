import { AsnConvert } from '@peculiar/asn1-schema';
import {
  Certificate,
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509';
import { type HostName, hostKey } from './host-name.ts';

/**
 * A name that can never exist (RFC 6761 §6.4). It stands for "no host name": the empty constraint that would say so is
 * refused by Java.
 */
const noDnsName = 'invalid';

/**
 * The constraints under which a CA may sign for these hosts and nothing else, RFC 5280 §4.2.1.10. A constraint limits
 * only the kinds of name that it mentions, so both kinds are always mentioned.
 */
export function nameConstraints(hosts: readonly HostName[]): NameConstraints {
  const permitted = hosts.map(toGeneralName);
  if (!hosts.some((host) => host.type === 'dns')) permitted.push(new GeneralName({ dNSName: noDnsName }));
  const constraints = new NameConstraints({ permittedSubtrees: toSubtrees(permitted) });
  if (!hosts.some((host) => host.type === 'ip')) {
    constraints.excludedSubtrees = toSubtrees(
      ['0.0.0.0/0', '::/0'].map((network) => new GeneralName({ iPAddress: network })),
    );
  }
  return constraints;
}

/** The hosts that a CA certificate (DER) may sign for, by `hostKey`; empty where it has no constraints. */
export function permittedHosts(certificate: Uint8Array<ArrayBuffer>): ReadonlySet<string> {
  const { extensions } = AsnConvert.parse(certificate, Certificate).tbsCertificate;
  const extension = extensions?.find(({ extnID }) => extnID === id_ce_nameConstraints);
  if (extension === undefined) return new Set();
  const subtrees = AsnConvert.parse(extension.extnValue, NameConstraints).permittedSubtrees ?? [];
  const names = subtrees.map(({ base }) => base.dNSName ?? base.iPAddress?.replace(/\/\d+$/, '') ?? '');
  return new Set(names.filter((name) => name !== '' && name !== noDnsName));
}

/** Tells whether a CA with these permitted hosts may sign for all of `hosts`. */
export function permitsAll(permitted: ReadonlySet<string>, hosts: readonly HostName[]): boolean {
  return hosts.every((host) => permitted.has(hostKey(host)));
}

function toGeneralName(host: HostName): GeneralName {
  if (host.type === 'dns') return new GeneralName({ dNSName: host.name });
  return new GeneralName({ iPAddress: `${host.address}/${host.family === 4 ? 32 : 128}` });
}

function toSubtrees(names: readonly GeneralName[]): GeneralSubtrees {
  return new GeneralSubtrees(names.map((base) => new GeneralSubtree({ base })));
}
