import { type ManifestObject, manifestObject } from './manifest-object.ts';

/**
 * Keeps commands from the address where a cloud hands out the credentials of its machines, and from nothing else. It
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
              { ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.169.254/32'] } },
              { ipBlock: { cidr: '::/0', except: ['fd00:ec2::254/128'] } },
              // Some networks know pods by their labels alone, and not by address.
              { namespaceSelector: {} },
            ],
          },
        ],
      },
    },
  );
}
