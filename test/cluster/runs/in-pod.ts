import { setTimeout as pass } from 'node:timers/promises';
import type { CommandRef } from '../../../src/client/session.ts';
import { parseCommandId } from '../../../src/core/command-id.ts';
import { objectName } from '../../../src/executors/kubernetes/names.ts';
import { parsePod } from '../../../src/executors/kubernetes/reasons/parse-pod.ts';
import type { Pod } from '../../../src/executors/kubernetes/reasons/pod-shape.ts';
import type { PodServer } from '../pod-server.ts';

const deadlineMs = 60_000;

/** The name of a command's pod. */
export function podName(ref: CommandRef): string {
  const id = parseCommandId(ref.id);
  if (id === undefined) throw new Error(`${ref.id} is no command's id.`);
  return objectName(id);
}

/** The path of a command's pod, or of what belongs to it. */
export function podPath({ namespace }: PodServer, ref: CommandRef, kind: 'pods' | 'secrets' = 'pods'): string {
  return `/api/v1/namespaces/${namespace}/${kind}/${podName(ref)}`;
}

/** A command's pod as the cluster shows it now. @throws {KubernetesError} 404 where it has none */
export async function podOf(server: PodServer, ref: CommandRef): Promise<Pod> {
  const path = podPath(server, ref);
  return parsePod(await server.kube.request({ method: 'GET', path }, AbortSignal.timeout(deadlineMs)));
}

/** Deletes a command's pod as `kubectl delete --grace-period=0 --force` does. @returns whether there was one */
export async function deleteAtOnce(server: PodServer, ref: CommandRef): Promise<boolean> {
  const path = podPath(server, ref);
  const body = { gracePeriodSeconds: 0 };
  return server.kube.request({ method: 'DELETE', path, body }, AbortSignal.timeout(deadlineMs)).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 404) return false;
      throw error;
    },
  );
}

/** Runs a script in a container of a command's pod. @returns what it wrote to stdout @throws where it fails */
export async function inPod(
  { namespace, kube }: PodServer,
  ref: CommandRef,
  container: 'keeper' | 'command',
  script: string,
): Promise<string> {
  const pod = podName(ref);
  let said = '';
  const status = await kube.exec(
    {
      namespace,
      pod,
      container,
      command: ['/bin/sh', '-c', script],
      onStdout: async (bytes) => void (said += Buffer.from(bytes).toString('latin1')),
      onStderr: () => undefined,
    },
    AbortSignal.timeout(deadlineMs),
  );
  if (status.type === 'exited' && status.exitCode === 0) return said;
  throw new Error(`In ${pod}, ${script}: ${JSON.stringify(status)}`);
}

/** Looks until there is something, 60 s at most. What a look throws counts as nothing. */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    const found = await look().catch((error: unknown) => void (last = error));
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`There was never ${what}.`, { cause: last });
    await pass(20);
  }
}
