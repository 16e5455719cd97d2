import type { JsonObject } from '../../../core/cluster.ts';

/** Somebody that the cluster knows, and that the server comes as. */
export type ServerPrincipal =
  | { readonly kind: 'User' | 'Group'; readonly name: string }
  | { readonly kind: 'ServiceAccount'; readonly namespace: string; readonly name: string };

/** How a principal is written, for messages. */
export const principalForms = 'User:NAME, Group:NAME or ServiceAccount:NAMESPACE/NAME';

/** Reads `User:NAME`, `Group:NAME` or `ServiceAccount:NAMESPACE/NAME`; `undefined` for anything else. */
export function parseServerPrincipal(text: string): ServerPrincipal | undefined {
  const [, namespace, account] = /^ServiceAccount:([a-z0-9-]{1,63})\/([a-z0-9.-]{1,253})$/.exec(text) ?? [];
  if (namespace !== undefined && account !== undefined) return { kind: 'ServiceAccount', namespace, name: account };
  const [, kind, name] = /^(User|Group):(\P{C}+)$/u.exec(text) ?? [];
  if ((kind !== 'User' && kind !== 'Group') || name === undefined) return undefined;
  return { kind, name };
}

/** A principal as the subject of a binding. */
export function subjectOf(principal: ServerPrincipal): JsonObject {
  if (principal.kind === 'ServiceAccount') return { ...principal };
  return { apiGroup: 'rbac.authorization.k8s.io', ...principal };
}
