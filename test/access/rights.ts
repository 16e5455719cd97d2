/** Who should be allowed what, said once more in the plainest way, without a line of the code that decides it. */

/** The roles by their names, as an administrator grants them. */
export const roleNames = ['reader', 'command-runner', 'administrator'] as const;

/** One of `roleNames`. */
export type Role = (typeof roleNames)[number];

const runnersActions = [
  'Microsoft.Resources/subscriptions/read',
  'Microsoft.Authorization/roleDefinitions/read',
  'Microsoft.ContainerService/managedClusters/read',
  'Microsoft.ContainerService/managedClusters/runcommand/action',
];

/** Whether the role has the action: a reader whatever reads, a runner its four, an administrator all. */
export function hasAction(role: Role, action: string): boolean {
  if (role === 'administrator') return true;
  return role === 'reader' ? action.endsWith('/read') : runnersActions.includes(action);
}

/** Whether `outer` is `inner` or above it: the segments of the one begin the other, in any case. */
export function isAtOrAbove(outer: string, inner: string): boolean {
  const [above, below] = [outer, inner].map((scope) =>
    scope
      .toLowerCase()
      .split('/')
      .filter((segment) => segment !== ''),
  );
  return above?.every((segment, index) => segment === below?.[index]) === true;
}

/** The scope at which an operation acts, read off its path: the nearest of cluster, group, subscription, all. */
export function scopeOfPath(path: string): string {
  const provider = path.toLowerCase().indexOf('/providers/microsoft.authorization/');
  const place = provider === -1 ? path : path.slice(0, provider);
  const scope =
    /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.ContainerService\/managedClusters\/[^/]+/i.exec(
      place,
    ) ??
    /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i.exec(place) ??
    /^\/subscriptions\/[^/]+/i.exec(place);
  return scope?.[0] ?? '/';
}
