import type { Cluster, ClusterLimits, ExecutorKind, KubernetesChange, Shell } from '../core/cluster.ts';
import { clusterResourceId } from '../core/resource-id.ts';
import { parseClusterLimits, toWireLimits } from './cluster-limits.ts';
import type { ManagedCluster, ManagedClusterBody } from './managed-cluster-schema.ts';
import { parseNamespace, parseServiceAccount } from './kubernetes-name.ts';
import { parsePodTemplate } from './pod-template.ts';
import { type ResultStyle, toState } from './result-style.ts';

export { parseClusterLimits } from './cluster-limits.ts';

/** What a PUT says of a cluster. What the body leaves out is absent; what that means is the use case's to decide. */
export interface ManagedClusterChange {
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly runCommandDisabled?: boolean;
  readonly executor?: ExecutorKind;
  readonly shell?: Shell;
  readonly strict?: boolean;
  readonly limits?: ClusterLimits;
  readonly kubernetes?: KubernetesChange;
  readonly kubeconfig?: string;
}

/**
 * A managed cluster as ARM shows it (API reference, `ManagedCluster`). It always is `Succeeded`: stock clients wait for
 * nothing else. No `aadProfile`, as with one they fetch and send a second token.
 */
export function toManagedCluster(cluster: Cluster, style: ResultStyle): ManagedCluster {
  return {
    id: clusterResourceId(cluster.address),
    name: cluster.address.name,
    type: 'Microsoft.ContainerService/managedClusters',
    location: cluster.location,
    ...(Object.keys(cluster.tags).length === 0 ? {} : { tags: { ...cluster.tags } }),
    properties: {
      provisioningState: toState('Succeeded', style),
      apiServerAccessProfile: { disableRunCommand: cluster.runCommandDisabled },
      ...(style.extensions
        ? {
            longarm: {
              executor: cluster.executor,
              shell: cluster.shell,
              strict: cluster.strict,
              limits: toWireLimits(cluster.limits),
              ...cluster.kubernetes,
            },
          }
        : {}),
    },
  };
}

/**
 * Reads the body of a PUT, which its schema has accepted.
 * @throws {LongarmError} InvalidParameter for a limit above its ceiling, and for names and templates that are none.
 */
export function parseManagedClusterBody(body: ManagedClusterBody): ManagedClusterChange {
  const { apiServerAccessProfile, longarm } = body.properties ?? {};
  const disabled = apiServerAccessProfile?.disableRunCommand;
  return {
    ...(body.location === undefined ? {} : { location: body.location }),
    ...(body.tags === undefined ? {} : { tags: body.tags }),
    ...(disabled === undefined ? {} : { runCommandDisabled: disabled }),
    ...(longarm?.executor === undefined ? {} : { executor: longarm.executor }),
    ...(longarm?.shell === undefined ? {} : { shell: longarm.shell }),
    ...(longarm?.strict === undefined ? {} : { strict: longarm.strict }),
    ...(longarm?.limits === undefined ? {} : { limits: parseClusterLimits(longarm.limits) }),
    ...(longarm?.kubeconfig === undefined ? {} : { kubeconfig: longarm.kubeconfig }),
    ...parseSettings(longarm),
  };
}

type BodyExtension = NonNullable<ManagedClusterBody['properties']>['longarm'];

function parseSettings(longarm: BodyExtension): { readonly kubernetes?: KubernetesChange } {
  const { namespace, image, serviceAccount, podTemplate } = longarm ?? {};
  const at = (name: string) => `properties.longarm.${name}`;
  const kubernetes: KubernetesChange = {
    ...given('namespace', namespace, (name) => parseNamespace(name, at('namespace'))),
    ...given('image', image, (name) => name),
    ...given('serviceAccount', serviceAccount, (name) => parseServiceAccount(name, at('serviceAccount'))),
    ...given('podTemplate', podTemplate, parsePodTemplate),
  };
  return Object.keys(kubernetes).length === 0 ? {} : { kubernetes };
}

function given<K extends string, T, V>(name: K, value: T | null | undefined, parse: (value: T) => V) {
  return value === undefined ? {} : { [name]: value === null ? null : parse(value) };
}
