import { join } from 'node:path';
import type { RoleAssignmentId } from '../../src/core/access.ts';
import type { Cluster } from '../../src/core/cluster.ts';
import { defaultLimits, type Limits } from '../../src/core/limits.ts';
import type { Principal } from '../../src/core/principal.ts';
import { parseClusterName, parseResourceGroupName, parseSubscriptionId } from '../../src/core/resource-id.ts';
import { roleByName } from '../../src/core/role.ts';
import { rootScope } from '../../src/core/scope.ts';
import { createDenialLog } from '../../src/control-plane/denials.ts';
import type { Actor, ControlPlane } from '../../src/control-plane/dependencies.ts';
import { type RunCommand, runCommand } from '../../src/control-plane/run-command.ts';
import type { CommandId } from '../../src/core/command-id.ts';
import { checkKubeconfig } from '../../src/main/check-kubeconfig.ts';
import { createContextReader } from '../../src/main/context-reader.ts';
import { createInProcessBell } from '../../src/main/in-process-bell.ts';
import { randomIds } from '../../src/main/random-ids.ts';
import { openOutputFiles } from '../../src/store/files/open-output-files.ts';
import { openKeyFile } from '../../src/store/sealing/open-key-file.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { temporaryDirectory } from '../contract/temporary-directory.ts';
import { type TurnedClock, turnedClock } from './turned-clock.ts';

/** A control plane on a real store, with time in the test's hand. */
export interface Plane {
  readonly plane: ControlPlane;
  readonly clock: TurnedClock;
  readonly cluster: Cluster;
  /** May do everything. */
  readonly actor: Actor;
  /** Submits a command to the cluster. */
  submit(text?: string, more?: SubmitMore): Promise<CommandId>;
  /** Where database, keys and output are. */
  readonly directory: string;
  close(): Promise<void>;
}

/** What a command may be submitted with. */
export interface SubmitMore extends Partial<Pick<RunCommand, 'timeoutMs' | 'idempotencyKey' | 'clientRequestId'>> {
  readonly context?: Uint8Array;
}

/** What the files of one command may take unpacked. */
export const contextBytes = 4 * 1024 * 1024;

const principal: Principal = { issuer: 'https://issuer.example', id: 'admin', displayName: 'Admin' };

/** Opens a control plane with one scripted cluster. A test that runs real things gives a clock that runs. */
export async function openPlane(limits: Partial<Limits> = {}, clock: TurnedClock = turnedClock()): Promise<Plane> {
  const directory = await temporaryDirectory();
  const sealer = await openKeyFile(join(directory.path, 'keys.json'));
  const store = await openSqliteStore({ file: join(directory.path, 'longarm.db'), sealer });
  const outputs = await openOutputFiles(join(directory.path, 'outputs'));
  const plane: ControlPlane = {
    store,
    outputs,
    bell: createInProcessBell(clock),
    clock,
    ids: randomIds,
    contexts: createContextReader(contextBytes),
    checkKubeconfig,
    denials: createDenialLog(store, clock),
    limits: { ...defaultLimits, ...limits },
    leaseMs: 30_000,
  };
  const actor: Actor = { principal, correlationId: 'test' };
  const subscriptionId = parseSubscriptionId('00000000-0000-0000-0000-000000000001');
  const resourceGroup = parseResourceGroupName('rg');
  const name = parseClusterName('c');
  const role = roleByName('administrator');
  if (!subscriptionId || !resourceGroup || !name || !role) throw new Error('The names of the test are not valid.');
  const cluster: Cluster = {
    uid: randomIds.clusterUid(),
    address: { subscriptionId, resourceGroup, name },
    location: 'local',
    tags: {},
    origin: 'api',
    executor: 'scripted',
    shell: 'sh',
    runCommandDisabled: false,
    strict: false,
    limits: {},
    createdAt: clock.now(),
  };
  await store.write(async (repositories) => {
    await repositories.directory.saveCluster(cluster);
    await repositories.directory.saveAssignment({
      id: randomIds.uuid() as RoleAssignmentId,
      scope: rootScope,
      roleId: role.id,
      principalId: principal.id,
      issuer: principal.issuer,
      createdAt: clock.now(),
    });
  });
  return {
    plane,
    clock,
    cluster,
    actor,
    directory: directory.path,
    submit: (text = 'exit 0', { context, ...more } = {}) =>
      runCommand(plane, actor, {
        address: cluster.address,
        payload: context === undefined ? { text } : { text, context },
        textSha256: 'ab'.repeat(32),
        bodySha256: 'cd'.repeat(32),
        ...more,
      }),
    close: async () => {
      await outputs.close();
      await store.close();
      await directory.remove();
    },
  };
}
