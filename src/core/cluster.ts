import type { ClusterUid } from './command-id.ts';
import type { Instant } from './instant.ts';
import type { Limits } from './limits.ts';
import type { ClusterAddress } from './resource-id.ts';

/** The way a cluster's commands are run. */
export type ExecutorKind = 'process' | 'scripted' | 'kubernetes';

/** The shell that runs a command's text. */
export type Shell = 'sh' | 'bash';

/** Where a cluster was declared: only the server's own configuration may use the process lane. */
export type ClusterOrigin = 'configuration' | 'api';

/** The limits that a cluster may set in place of the server's. */
export type ClusterLimits = Partial<Limits>;

/** Plain JSON, as a pod template is written. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** How a Kubernetes cluster runs its commands. What is left out is the server's default (docs/kubernetes.md). */
export interface KubernetesSettings {
  /** The namespace of the pods. */
  readonly namespace?: string;
  /** The image that commands run in. */
  readonly image?: string;
  /** The service account of commands whose role assignment names none. */
  readonly serviceAccount?: string;
  /** A merge patch for the pod: `{metadata: {labels, annotations}, spec: …}`, its lists keyed by name. */
  readonly podTemplate?: JsonObject;
}

/** What is to become of such settings: what is left out stays, and `null` takes away. */
export type KubernetesChange = {
  readonly [Setting in keyof KubernetesSettings]?: NonNullable<KubernetesSettings[Setting]> | null;
};

/** A managed cluster as Longarm knows it. */
export interface Cluster {
  readonly uid: ClusterUid;
  readonly address: ClusterAddress;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly origin: ClusterOrigin;
  readonly executor: ExecutorKind;
  readonly shell: Shell;
  /** Azure's own switch, `apiServerAccessProfile.disableRunCommand`. */
  readonly runCommandDisabled: boolean;
  /** Whether a non-zero exit is shown to ARM clients as a failure unless the request says otherwise. */
  readonly strict: boolean;
  readonly limits: ClusterLimits;
  /** Present exactly where the executor is `kubernetes`. */
  readonly kubernetes?: KubernetesSettings;
  readonly createdAt: Instant;
}
