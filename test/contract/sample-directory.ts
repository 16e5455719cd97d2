import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { RoleAssignment, RoleAssignmentId } from '../../src/core/access.ts';
import type { Cluster } from '../../src/core/cluster.ts';
import {
  type ClusterAddress,
  parseClusterName,
  parseResourceGroupName,
  parseSubscriptionId,
} from '../../src/core/resource-id.ts';
import { roleByName } from '../../src/core/role.ts';
import { parseScope } from '../../src/core/scope.ts';
import type { ClientId, RegisteredClient } from '../../src/ports/directory.ts';
import { newClusterUid, start } from './sample-commands.ts';

/** An address; each call without a name gives a new one. */
export function sampleAddress(
  name = `c-${randomUUID().slice(0, 8)}`,
  resourceGroup = 'Group-1',
  subscriptionId = '11111111-2222-4333-8444-555555555555',
): ClusterAddress {
  const parsed = {
    subscriptionId: parseSubscriptionId(subscriptionId),
    resourceGroup: parseResourceGroupName(resourceGroup),
    name: parseClusterName(name),
  };
  assert.ok(parsed.subscriptionId && parsed.resourceGroup && parsed.name);
  return { subscriptionId: parsed.subscriptionId, resourceGroup: parsed.resourceGroup, name: parsed.name };
}

/** A cluster with a new uid. */
export function sampleCluster(cluster: Partial<Cluster> = {}): Cluster {
  return {
    uid: newClusterUid(),
    address: sampleAddress(),
    location: 'local',
    tags: { team: 'platform', 'costs ü': '' },
    origin: 'api',
    executor: 'scripted',
    shell: 'sh',
    runCommandDisabled: false,
    strict: false,
    limits: {},
    createdAt: start,
    ...cluster,
  };
}

/** A registered client with a new id. */
export function sampleClient(client: Partial<RegisteredClient> = {}): RegisteredClient {
  return {
    id: randomUUID() as ClientId,
    principalId: randomUUID(),
    name: 'pipeline',
    secretSha256: '12'.repeat(32),
    createdAt: start,
    ...client,
  };
}

/** A role assignment with a new id. */
export function sampleAssignment(assignment: Partial<RoleAssignment> = {}, scopeText = '/'): RoleAssignment {
  const scope = parseScope(scopeText);
  const role = roleByName('reader');
  assert.ok(scope && role);
  return {
    id: randomUUID() as RoleAssignmentId,
    scope,
    roleId: role.id,
    principalId: randomUUID(),
    issuer: 'https://issuer.example/',
    createdAt: start,
    ...assignment,
  };
}
