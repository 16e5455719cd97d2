import type { ClusterAccess } from './cluster-access.ts';
/** One request to the API server. */
export interface KubernetesRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As the API writes it: `/api/v1/namespaces/default/pods`. A path of the server's own URL goes in front of it. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** `application/json` unless said: `application/merge-patch+json`, `application/apply-patch+yaml`, … */
  readonly contentType?: string;
  /** For each attempt, from the first byte sent to the last received. 30 s unless said. */
  readonly deadlineMs?: number;
}

/** The metadata that every object of the API has. */
export interface KubernetesMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  /** Opaque: it is handed back to the server. Nothing here compares it. */
  readonly resourceVersion: string;
  readonly [field: string]: unknown;
}

/** An object of the API. Only the metadata was looked at; the rest is for whoever knows its kind to parse. */
export interface KubernetesObject {
  readonly metadata: KubernetesMetadata;
  readonly [field: string]: unknown;
}

/** The objects that a watch is about. */
export interface WatchedList {
  /** Of the collection: `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** However quiet the watch is, everything is listed again after this; 5 min unless said. */
  readonly relistMs?: number;
}

/** Who is told of watched objects. None of these may throw; what they throw is told to `failed`, and all is listed anew. */
export interface WatchSink {
  /** All that there is now. What was known before and is not among these is gone. */
  listed(objects: readonly KubernetesObject[]): void;
  /** An object is new or was changed. */
  changed(object: KubernetesObject): void;
  /** An object is gone; this is its last state. */
  deleted(object: KubernetesObject): void;
  /** Listing or watching failed, and is tried again. What was told before may be out of date until the next `listed`. */
  failed(error: unknown): void;
}

/** A program to run in a container that runs already. */
export interface Exec {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  /** Without it the program has no stdin. Read only as fast as it is taken; its end ends the program's stdin. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Awaited for each piece, in order. While it is slow nothing is read, and in the end the program itself waits. */
  readonly onStdout: (bytes: Uint8Array) => Promise<void>;
  /** Not ordered against stdout. */
  readonly onStderr: (bytes: Uint8Array) => void;
}

/**
 * What the status frame said. `exited` with 0 is only what was told: a kubelet or container runtime that restarts says
 * so in the middle of a stream as well. Whether the output is whole must show in the output itself.
 */
export type ExecStatus =
  | { readonly type: 'exited'; readonly exitCode: number }
  | { readonly type: 'failed'; readonly reason: string; readonly message: string };

/**
 * The way to one cluster's API server, with one pool of connections. Redirects are never followed. Every method rejects
 * with the signal's reason when the signal aborts, and leaves nothing open then.
 *
 * The server's own trouble is waited out a few times, for some seconds, as its `Retry-After` asks: 429 for every
 * method, because it means that nothing was done; 503 for GET alone. After a 401 the credentials are read anew (the
 * token's file, the exec plugin) and the request is sent once more.
 */
export interface KubernetesClient {
  /**
   * Sends one request, and gives the parsed JSON of the answer.
   * @throws {KubernetesError} for what the server answered: any status outside 2xx, and a `Status` that says `Failure`
   * in a 2xx.
   * @throws {Unreachable} when no whole answer came: what became of the request is not known.
   */
  request(request: KubernetesRequest, signal: AbortSignal): Promise<unknown>;

  /**
   * All objects of a list, page by page; begun anew where its moment was forgotten before the last page (410).
   * @throws {KubernetesError | Unreachable} as `request`
   */
  list(list: WatchedList, signal: AbortSignal): Promise<readonly KubernetesObject[]>;

  /**
   * Keeps `sink` told of the objects of a list: first of all of them, then of each change. Everything is listed again
   * when the server has forgotten where we were (410), when the connection broke or fell silent, and each `relistMs`.
   * Never gives up; resolves only when the signal aborts.
   */
  watch(list: WatchedList, sink: WatchSink, signal: AbortSignal): Promise<void>;

  /**
   * Runs a program in a container (`v5.channel.k8s.io`). Everything that arrived before the status frame, or before the
   * connection ended, was delivered when this settles.
   * @throws {ExecBroken} when the connection ended, or fell silent, without a status frame: the program may still run.
   * @throws {KubernetesError} when the server refused: no such pod, no right.
   * @throws {Unreachable} when there was no connection.
   * @throws {TooOld} when the server is from before Kubernetes 1.30.
   * @throws whatever `onStdout`, `onStderr` or `stdin` throw.
   */
  exec(exec: Exec, signal: AbortSignal): Promise<ExecStatus>;

  /** How many HTTP requests were sent so far, upgrades and repeated ones included; for measurement. */
  readonly requests: number;

  /**
   * Goes on with other credentials, or another way, to the same API server: from the next request on, and from the next
   * connection of what is under way.
   */
  use(access: ClusterAccess): void;

  /** Closes idle connections. What is under way goes on; whoever asks something later opens a new one. */
  close(): void;
}
