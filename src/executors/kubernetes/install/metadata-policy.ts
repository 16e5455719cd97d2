import { type ManifestObject, manifestObject } from './manifest-object.ts';

/**
 * Where clouds tell a machine about itself, credentials among it: AWS, Azure, Google and most others (169.254.169.254),
 * Alibaba, Azure's host (168.63.129.16); then AWS and Google over IPv6. Not all of the link-local addresses: clusters
 * have their DNS and the identities of their pods there.
 */
const metadata = {
  ipv4: ['169.254.169.254/32', '100.100.100.200/32', '168.63.129.16/32'],
  ipv6: ['fd00:ec2::254/128', 'fd20:ce::254/128'],
};

/**
 * Keeps commands from the addresses where a cloud hands out the credentials of its machines, and from nothing else. It
 * counts where the network of the cluster enforces network policies.
 */
export function metadataPolicy(namespace: string): ManifestObject {
  return manifestObject(
    { kind: 'NetworkPolicy', name: 'longarm-commands', namespace },
    'Commands reach everything but the metadata of their node, which hands out credentials of the node.',
    {
      spec: {
        podSelector: {
          matchLabels: { 'app.kubernetes.io/name': 'longarm-command', 'app.kubernetes.io/managed-by': 'longarm' },
        },
        policyTypes: ['Egress'],
        egress: [
          {
            to: [
              { ipBlock: { cidr: '0.0.0.0/0', except: metadata.ipv4 } },
              { ipBlock: { cidr: '::/0', except: metadata.ipv6 } },
              // Some networks know pods by their labels alone, and not by address.
              { namespaceSelector: {} },
            ],
          },
          // Azure resolves names at the same address.
          {
            to: [{ ipBlock: { cidr: '168.63.129.16/32' } }],
            ports: [
              { protocol: 'UDP', port: 53 },
              { protocol: 'TCP', port: 53 },
            ],
          },
        ],
      },
    },
  );
}
