import type { ContainerState, ContainerStatus, Pod, PodCondition, PodEvent, Terminated } from './pod-shape.ts';

/**
 * Reads what the reasons need out of a pod as it came over the wire. Never throws: whatever is missing, null or of
 * another type than the API says is left out, and the rest of the object stays usable.
 */
export function parsePod(value: unknown): Pod {
  return object(value, (pod) => ({
    metadata: nested(pod['metadata'], (metadata) => ({
      uid: text(metadata['uid']),
      creationTimestamp: text(metadata['creationTimestamp']),
      deletionTimestamp: text(metadata['deletionTimestamp']),
      deletionGracePeriodSeconds: number(metadata['deletionGracePeriodSeconds']),
      managedFields: list(metadata['managedFields'], (entry) =>
        present({ time: text(entry['time']), subresource: text(entry['subresource']) }),
      ),
    })),
    spec: nested(pod['spec'], (spec) => ({
      activeDeadlineSeconds: number(spec['activeDeadlineSeconds']),
      nodeName: text(spec['nodeName']),
      nodeSelector: texts(spec['nodeSelector']),
      serviceAccountName: text(spec['serviceAccountName']),
      containers: list(spec['containers'], (container) =>
        present({
          name: text(container['name']),
          resources: nested(container['resources'], (resources) => ({ limits: texts(resources['limits']) })),
        }),
      ),
    })),
    status: nested(pod['status'], (status) => ({
      phase: text(status['phase']),
      reason: text(status['reason']),
      message: text(status['message']),
      startTime: text(status['startTime']),
      nominatedNodeName: text(status['nominatedNodeName']),
      conditions: list(status['conditions'], condition),
      containerStatuses: list(status['containerStatuses'], containerStatus),
      initContainerStatuses: list(status['initContainerStatuses'], containerStatus),
    })),
  }));
}

/** Reads what the reasons need out of an event as it came over the wire. Never throws, like `parsePod`. */
export function parsePodEvent(value: unknown): PodEvent {
  return object(value, (event) => ({
    reason: text(event['reason']),
    message: text(event['message']) ?? text(event['note']),
    count: number(event['count']) ?? number(event['deprecatedCount']),
    firstTimestamp: text(event['firstTimestamp']),
    lastTimestamp: text(event['lastTimestamp']),
    eventTime: text(event['eventTime']),
    series: nested(event['series'], (series) => ({
      count: number(series['count']),
      lastObservedTime: text(series['lastObservedTime']),
    })),
    metadata: nested(event['metadata'], (metadata) => ({ creationTimestamp: text(metadata['creationTimestamp']) })),
    involvedObject: nested(event['involvedObject'], (involved) => ({
      uid: text(involved['uid']),
      fieldPath: text(involved['fieldPath']),
    })),
  }));
}

function condition(value: Json): PodCondition {
  return present({
    type: text(value['type']),
    status: text(value['status']),
    reason: text(value['reason']),
    message: text(value['message']),
    lastTransitionTime: text(value['lastTransitionTime']),
  });
}

function containerStatus(value: Json): ContainerStatus {
  return present({
    name: text(value['name']),
    containerID: text(value['containerID']),
    restartCount: number(value['restartCount']),
    started: typeof value['started'] === 'boolean' ? value['started'] : undefined,
    state: containerState(value['state']),
    lastState: containerState(value['lastState']),
  });
}

function containerState(value: unknown): ContainerState | undefined {
  return nested(value, (state) => ({
    waiting: nested(state['waiting'], (waiting) => ({
      reason: text(waiting['reason']),
      message: text(waiting['message']),
    })),
    running: nested(state['running'], (running) => ({ startedAt: text(running['startedAt']) })),
    terminated: nested(state['terminated'], terminated),
  }));
}

function terminated(value: Json): Loose<Terminated> {
  return {
    exitCode: number(value['exitCode']),
    reason: text(value['reason']),
    message: text(value['message']),
    startedAt: text(value['startedAt']),
    finishedAt: text(value['finishedAt']),
  };
}

type Json = Readonly<Record<string, unknown>>;
type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };
type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** The same without the fields that are undefined, so that a missing one is missing. */
function present<T extends object>(fields: T): Present<T> {
  const kept: Present<T> = {};
  for (const key in fields) if (fields[key] !== undefined) Object.assign(kept, { [key]: fields[key] });
  return kept;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function object<T extends object>(value: unknown, read: (value: Json) => T): Present<T> {
  return present(read(isJson(value) ? value : {}));
}

function nested<T extends object>(value: unknown, read: (value: Json) => T): Present<T> | undefined {
  return isJson(value) ? present(read(value)) : undefined;
}

function list<T>(value: unknown, read: (value: Json) => T): readonly T[] | undefined {
  return Array.isArray(value) ? value.filter(isJson).map((entry) => read(entry)) : undefined;
}

/** The API writes nothing and the empty text for the same. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** A map of texts; the API gives quantities as texts, a hand-written manifest may hold numbers. */
function texts(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isJson(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) =>
      typeof entry === 'string' || typeof entry === 'number' ? [[key, String(entry)]] : [],
    ),
  );
}
