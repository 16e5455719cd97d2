import { stringify } from 'yaml';

/** A kubeconfig of one context, as YAML; what is given replaces or adds fields of its cluster and user. */
export function kubeconfig(
  more: { readonly cluster?: object; readonly user?: object; readonly context?: object } = {},
): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'main',
    contexts: [
      { name: 'main', context: { cluster: 'c', user: 'u', ...more.context } },
      { name: 'other', context: { cluster: 'elsewhere', user: 'u' } },
    ],
    clusters: [{ name: 'c', cluster: { server: 'https://cluster.test:6443', ...more.cluster } }],
    users: [{ name: 'u', user: { token: 'abc', ...more.user } }],
  });
}

/** Base64 of text, as kubeconfigs have it. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
