import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { armOperations } from '../../src/arm/operations.ts';
import { ownIssuerName } from '../../src/core/principal.ts';
import { roleByName } from '../../src/core/role.ts';
import { openApiOperation } from '../../src/server/openapi-operation.ts';
import type { Operation } from '../../src/wire/operation.ts';
import { type ArmServer, startArmServer, version } from '../arm/arm-server.ts';
import { type Role, roleNames, scopeOfPath } from './rights.ts';

/** Where an assignment can be, seen from the cluster that is asked about. */
export const relations = [
  'none',
  'its own cluster',
  'another cluster of the group',
  'its own group',
  'another group',
  'its own subscription',
  'another subscription',
  'everything',
] as const;

/** One of `relations`. */
export type Relation = (typeof relations)[number];

/** Somebody with one role at one place, or with none at all. */
export interface Somebody {
  readonly role: Role | undefined;
  readonly relation: Relation;
  /** Where the role is assigned; absent without one. */
  readonly scope: string | undefined;
  readonly token: string;
  readonly title: string;
}

/** A server with clusters that resemble each other in two groups and two subscriptions, and somebody of each kind. */
export interface Estate {
  readonly server: ArmServer;
  /** Everything that the server can be asked but how to sign in. */
  readonly operations: readonly Operation[];
  readonly everybody: readonly Somebody[];
  /** The resource ids of all clusters that there are. */
  readonly clusters: readonly string[];
  readonly subscriptions: readonly string[];
  /** The names in the operation's path, each with one that is there and one as long that is not. */
  parametersOf(operation: Operation): readonly Parameter[];
  /** The path, query included, with what is there or with one name of what is not. */
  pathOf(operation: Operation, absent?: Parameter): string;
  /** @throws {Error} for an operation that takes a body of which nobody said how it looks. */
  bodyOf(operation: Operation): object | undefined;
  /** Makes anew what an operation may have taken away. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** A name in a path template. */
export interface Parameter {
  readonly name: string;
  readonly present: string;
  readonly absent: string;
}

/** Builds the estate. Group `team` begins the name of `team-a`, and cluster `c` that of `c-1`, so that a prefix is no parent. */
export async function openEstate(): Promise<Estate> {
  const server = await startArmServer('clusters: []');
  const [own, other] = [server.subscription, randomUUID()];
  const group = (subscription: string, name: string) => `/subscriptions/${subscription}/resourceGroups/${name}`;
  const cluster = (at: string, name: string) => `${at}/providers/Microsoft.ContainerService/managedClusters/${name}`;
  const clusters = [
    cluster(group(own, 'team-a'), 'c-1'),
    cluster(group(own, 'team-a'), 'c'),
    cluster(group(own, 'team'), 'c-1'),
    cluster(group(other, 'team-a'), 'c-1'),
  ];
  const [target = ''] = clusters;
  const admin = { token: server.administrator };
  const put = async (path: string, body: object) => {
    const { status, text } = await server.call('PUT', path, { ...admin, body });
    assert.ok(status === 200 || status === 201, text);
  };
  const bodies: Readonly<Record<string, object>> = {
    ManagedClusters_RunCommand: { command: 'exit 0' },
    ManagedClusters_CreateOrUpdate: { properties: { longarm: { executor: 'scripted' } } },
    RoleAssignments_Create: {
      properties: { roleDefinitionId: roleByName('reader')?.id, principalId: 'somebody-of-the-matrix' },
    },
  };
  const bodyOf = (operation: Operation) => {
    if (operation.body === undefined) return undefined;
    const body = bodies[operation.id] ?? bodies[operation.id.split('_').slice(0, 2).join('_')];
    if (body === undefined) throw new Error(`The matrix does not know what body ${operation.id} takes. Tell it.`);
    return body;
  };

  let command = '';
  const assignmentIds = new Map<string, string>();
  const restore = async () => {
    await put(`${target}?${version}`, bodies['ManagedClusters_CreateOrUpdate'] ?? {});
    for (const scope of ['/', `/subscriptions/${own}`, group(own, 'team-a'), target]) {
      const id = assignmentIds.get(scope) ?? randomUUID();
      assignmentIds.set(scope, id);
      const at = `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/roleAssignments/${id}`;
      await put(`${at}?api-version=2022-04-01`, bodies['RoleAssignments_Create'] ?? {});
    }
    const there = command !== '' && (await server.call('GET', `${target}/commandResults/${command}?${version}`, admin));
    if (there !== false && there.status === 200) return;
    const body = { command: 'exit 0' };
    const submitted = await server.call('POST', `${target}/runCommand?${version}`, { ...admin, body });
    const { pathname } = new URL(submitted.headers['location'] ?? '');
    await server.end(pathname);
    command = pathname.split('/').at(-1) ?? '';
  };
  for (const path of clusters) await put(`${path}?${version}`, bodies['ManagedClusters_CreateOrUpdate'] ?? {});
  await restore();

  const parametersOf = ({ path }: Operation): readonly Parameter[] => {
    const assignment = assignmentIds.get(scopeOfPath(fill(path, () => ''))) ?? '';
    const known: Readonly<Record<string, readonly [string, string]>> = {
      subscriptionId: [own, '00000000-0000-4000-8000-00000000dead'],
      resourceGroupName: ['team-a', 'team-z'],
      resourceName: ['c-1', 'c-9'],
      commandId: [command, '0'.repeat(28) + 'dead'],
      roleAssignmentName: [assignment, '00000000-0000-4000-8000-00000000beef'],
    };
    return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => {
      const values = known[name];
      if (values === undefined) throw new Error(`The matrix does not know a {${name}} to put into ${path}. Tell it.`);
      return { name, present: values[0], absent: values[1] };
    });
  };
  function fill(path: string, valueOf: (name: string) => string): string {
    const fixed: Readonly<Record<string, string>> = {
      subscriptionId: own,
      resourceGroupName: 'team-a',
      resourceName: 'c-1',
    };
    return path.replaceAll(/\{([^}]+)\}/g, (_all, name: string) => valueOf(name) || (fixed[name] ?? name));
  }
  const pathOf = (operation: Operation, absent?: Parameter) => {
    const required = operation.parameters.filter((each) => each.required === true);
    assert.deepEqual(required, [], `The matrix does not know what to give ${operation.id}. Tell it.`);
    const values = new Map(parametersOf(operation).map((each) => [each.name, each.present]));
    if (absent !== undefined) values.set(absent.name, absent.absent);
    const path = fill(operation.path, (name) => values.get(name) ?? '');
    return operation.apiVersioned ? `${path}?api-version=${operation.oldestApiVersion ?? '2025-05-01'}` : path;
  };

  const scopes: Readonly<Record<Relation, string | undefined>> = {
    none: undefined,
    'its own cluster': target,
    'another cluster of the group': clusters[1],
    'its own group': group(own, 'team-a'),
    'another group': group(own, 'team'),
    'its own subscription': `/subscriptions/${own}`,
    'another subscription': `/subscriptions/${other}`,
    everything: '/',
  };
  const everybody: Somebody[] = [
    {
      role: undefined,
      relation: 'none',
      scope: undefined,
      token: await server.tokenFor(),
      title: 'nobody in particular',
    },
  ];
  for (const role of roleNames) {
    for (const relation of relations) {
      const scope = scopes[relation];
      if (scope === undefined) continue;
      const token = await server.tokenFor(role, scope);
      everybody.push({ role, relation, scope, token, title: `a ${role} of ${relation}` });
    }
  }
  const operations = armOperations({
    plane: server.longarm.plane,
    style: { stateCase: 'capitalised', extensions: true },
    maxHoldSeconds: 0,
    tenantId: server.longarm.identity.tenantId,
    subscriptionId: own,
    ownIssuer: ownIssuerName(server.longarm.identity),
  });
  return {
    server,
    operations: [...operations, openApiOperation(operations, '0.0.0')],
    everybody,
    clusters,
    subscriptions: [own, other],
    parametersOf,
    pathOf,
    bodyOf,
    restore,
    close: () => server.stop(),
  };
}
