import { readFileSync } from 'node:fs';
import { parsePod, parsePodEvent } from '../../../src/executors/kubernetes/reasons/parse-pod.ts';
import type { PodSight } from '../../../src/executors/kubernetes/reasons/pod-verdict.ts';

/** A pod and its events as Kubernetes 1.34.4 with containerd showed them, less what nothing looks at. */
export function seen(name: string, pendingMs = 1000): PodSight {
  const { pod, events } = readFields(new URL(`./seen/${name}.json`, import.meta.url));
  if (!Array.isArray(events)) throw new Error(`${name} has no events`);
  return { pod: parsePod(pod), events: events.map(parsePodEvent), pendingMs, commandContainer: 'command' };
}

/** The fields of a JSON object in a file. */
export function readFields(file: URL): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof value !== 'object' || value === null) throw new Error(`${file.pathname} is no object`);
  return { ...value };
}
