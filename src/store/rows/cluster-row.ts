import type { Cluster, ClusterLimits, ClusterOrigin, ExecutorKind, Shell } from '../../core/cluster.ts';
import type { ClusterUid } from '../../core/command-id.ts';
import type { Instant } from '../../core/instant.ts';
import type { Limits } from '../../core/limits.ts';
import type { ClusterName, ResourceGroupName, SubscriptionId } from '../../core/resource-id.ts';
import { type Flag, toFlag } from './flag.ts';
import { parseJsonObject } from './json-column.ts';
import { kubernetesFromColumn, kubernetesToColumn } from './kubernetes-column.ts';

/** One row of `clusters`. A `…_key` is the name in lower case: what is found and unique; a null limit is the server's. */
export interface ClusterRow {
  uid: ClusterUid;
  subscription_id: SubscriptionId;
  resource_group: ResourceGroupName;
  resource_group_key: string;
  name: ClusterName;
  name_key: string;
  location: string;
  tags: string;
  origin: ClusterOrigin;
  executor: ExecutorKind;
  shell: Shell;
  run_command_disabled: Flag;
  strict: Flag;
  queue_limit_ms: number | null;
  start_limit_ms: number | null;
  run_limit_ms: number | null;
  grace_limit_ms: number | null;
  concurrent_limit: number | null;
  waiting_limit: number | null;
  waiting_limit_bytes: number | null;
  output_limit_bytes: number | null;
  inline_logs_limit_bytes: number | null;
  retention_ms: number | null;
  created_at: Instant;
  kubernetes: string | null;
}

/** The form of a resource's name that is compared: ARM ignores case. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** The columns of a cluster. */
export function clusterToRow(cluster: Cluster): ClusterRow {
  const { address, limits } = cluster;
  return {
    uid: cluster.uid,
    subscription_id: address.subscriptionId,
    resource_group: address.resourceGroup,
    resource_group_key: nameKey(address.resourceGroup),
    name: address.name,
    name_key: nameKey(address.name),
    location: cluster.location,
    tags: JSON.stringify(cluster.tags),
    origin: cluster.origin,
    executor: cluster.executor,
    shell: cluster.shell,
    run_command_disabled: toFlag(cluster.runCommandDisabled),
    strict: toFlag(cluster.strict),
    queue_limit_ms: limits.queueMs ?? null,
    start_limit_ms: limits.startMs ?? null,
    run_limit_ms: limits.runMs ?? null,
    grace_limit_ms: limits.graceMs ?? null,
    concurrent_limit: limits.concurrent ?? null,
    waiting_limit: limits.waiting ?? null,
    waiting_limit_bytes: limits.waitingBytes ?? null,
    output_limit_bytes: limits.outputBytes ?? null,
    inline_logs_limit_bytes: limits.inlineLogsBytes ?? null,
    retention_ms: limits.retentionMs ?? null,
    created_at: cluster.createdAt,
    kubernetes: cluster.kubernetes === undefined ? null : kubernetesToColumn(cluster.kubernetes),
  };
}

/** The cluster that a row holds. */
export function clusterFromRow(row: ClusterRow): Cluster {
  return {
    uid: row.uid,
    address: { subscriptionId: row.subscription_id, resourceGroup: row.resource_group, name: row.name },
    location: row.location,
    tags: tagsFromColumn(row.tags),
    origin: row.origin,
    executor: row.executor,
    shell: row.shell,
    runCommandDisabled: row.run_command_disabled === 1,
    strict: row.strict === 1,
    limits: limitsFromRow(row),
    createdAt: row.created_at,
    ...(row.kubernetes === null ? {} : { kubernetes: kubernetesFromColumn(row.kubernetes) }),
  };
}

function limitsFromRow(row: ClusterRow): ClusterLimits {
  // Total over `Limits`, so that a new limit does not compile until it has a column.
  const columns: Record<keyof Limits, number | null> = {
    queueMs: row.queue_limit_ms,
    startMs: row.start_limit_ms,
    runMs: row.run_limit_ms,
    graceMs: row.grace_limit_ms,
    concurrent: row.concurrent_limit,
    waiting: row.waiting_limit,
    waitingBytes: row.waiting_limit_bytes,
    outputBytes: row.output_limit_bytes,
    inlineLogsBytes: row.inline_logs_limit_bytes,
    retentionMs: row.retention_ms,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, limit]) => limit !== null));
}

function tagsFromColumn(text: string): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseJsonObject('clusters.tags', text))) {
    if (typeof value === 'string') tags[name] = value;
    else throw new Error(`The tag ${name} in clusters.tags is not a string. Restore the database from a backup.`);
  }
  return tags;
}
