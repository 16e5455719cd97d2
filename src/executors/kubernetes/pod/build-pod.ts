import type { JsonObject } from '../../../core/cluster.ts';
import type { Launch } from '../../../core/launch.ts';
import { supervisorArgv } from '../../supervisor/supervisor-argv.ts';
import { anchorName, commandContainer, keeperContainer, labels, objectName, payloadVolume } from '../names.ts';
import { applyTemplate } from './apply-template.ts';
import { podUidVariable } from '../keeper/same-pod.ts';
import { gateScript } from './gate-script.ts';
import { kubeconfigPath, type PodPayload, serviceAccountDirectory } from './payload.ts';

/** Where the containers share the spool. */
export const spoolDirectory = '/longarm/spool';
/** Where the command has its files, its home and its text. */
const runDirectory = '/longarm/run';
const payloadDirectory = '/longarm/payload';

/** What a pod is made from, beside the command. */
export interface PodSettings {
  readonly namespace: string;
  readonly image: string;
  readonly serviceAccount: string;
  /** Who owns the pod: the anchor of its namespace. */
  readonly anchorUid: string;
  readonly template?: JsonObject;
}

/**
 * How much longer than the command's own limits a pod may live that nobody watches, in seconds. A day: its supervisor
 * holds the limits by itself, and with the pod goes what nobody has read yet.
 */
const unwatchedSeconds = 24 * 60 * 60;
/** How long after the grace a pod that others delete stays readable, in seconds. */
const readableSeconds = 15;
/** What the spool may hold beyond what is stored, so that the server sees the limit first. */
const spoolMarginBytes = 64 * 1024 * 1024;

/** PID 1 of `keeper` only waits. It outlives a TERM, so that a pod which others delete can be read to its last second. */
const keeperScript = 'trap : TERM INT HUP; while :; do sleep 3600 & wait; done';

/**
 * The pod of a command, whole: two containers from one image that share a spool (docs/kubernetes.md). Pure, and the same
 * for the same command, whoever asks.
 */
export function buildPod(launch: Launch, payload: PodPayload, settings: PodSettings): JsonObject {
  const graceSeconds = Math.ceil(launch.graceMs / 1000);
  const limitSeconds = Math.ceil((launch.startMs + launch.timeoutMs) / 1000);
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...ownMetadata(launch, settings), annotations: ownAnnotations },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: limitSeconds + graceSeconds + unwatchedSeconds,
      terminationGracePeriodSeconds: graceSeconds + readableSeconds,
      serviceAccountName: settings.serviceAccount,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65532,
        runAsGroup: 65532,
        fsGroup: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      // The keeper first: it is up before the command is, so the end of a short one is seen at once.
      containers: [keeper(settings), command(launch, payload, settings)],
      volumes: volumes(launch, payload),
    },
  };
  return withKeeperAsCommand(applyTemplate(pod, settings.template));
}

/** What is on everything of a command. */
export function ownMetadata(launch: Pick<Launch, 'commandId' | 'clusterUid'>, { namespace, anchorUid }: PodSettings) {
  return {
    name: objectName(launch.commandId),
    namespace,
    labels: {
      'app.kubernetes.io/name': 'longarm-command',
      'app.kubernetes.io/managed-by': 'longarm',
      [labels.cluster]: launch.clusterUid,
      [labels.command]: launch.commandId,
    },
    ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: anchorName, uid: anchorUid }],
  };
}

/** Nobody's autoscaler may take a node away under a command: it would not be run again. */
const ownAnnotations = {
  'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
  'karpenter.sh/do-not-disrupt': 'true',
};

/** An image for another processor ends like a command that exits with 1; only what it printed tells them apart. */
const sayWhy = 'FallbackToLogsOnError';

const containerSecurity = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
};

function keeper({ image }: PodSettings): JsonObject {
  return {
    name: keeperContainer,
    image,
    command: ['/bin/sh', '-c', escaped(keeperScript)],
    terminationMessagePolicy: sayWhy,
    env: [{ name: podUidVariable, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.uid' } } }],
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '1', memory: '128Mi' } },
    securityContext: containerSecurity,
    volumeMounts: [{ name: 'longarm-spool', mountPath: spoolDirectory }],
  };
}

function command(launch: Launch, payload: PodPayload, { image }: PodSettings): JsonObject {
  const supervisor = supervisorArgv({
    by: ['/bin/sh'],
    directory: spoolDirectory,
    commandId: launch.commandId,
    limitMs: launch.timeoutMs,
    graceMs: launch.graceMs,
    spoolLimitBytes: launch.outputLimitBytes + spoolMarginBytes,
    enter: [],
    workDirectory: `${runDirectory}/files`,
    argv: [launch.shell === 'bash' ? 'bash' : '/bin/sh', `${runDirectory}/in/command`],
  });
  const text = payload.from === 'inline' ? payload.text : '';
  const gate = ['/bin/sh', '-c', gateScript, 'longarm-gate', spoolDirectory, runDirectory, payload.from, text];
  return {
    name: commandContainer,
    image,
    command: [...gate, ...supervisor].map(escaped),
    terminationMessagePolicy: sayWhy,
    env: [
      { name: 'HOME', value: `${runDirectory}/home` },
      ...(launch.clusterToken === undefined
        ? []
        : [{ name: 'KUBECONFIG', value: `${runDirectory}/${kubeconfigPath}` }]),
    ],
    resources: { requests: { cpu: '200m', memory: '500Mi' }, limits: { cpu: '500m', memory: '1Gi' } },
    securityContext: containerSecurity,
    volumeMounts: [
      { name: 'longarm-spool', mountPath: spoolDirectory },
      { name: 'longarm-run', mountPath: runDirectory },
      { name: 'longarm-identity', mountPath: serviceAccountDirectory, readOnly: true },
      ...(payload.from === 'secret' ? [{ name: payloadVolume, mountPath: payloadDirectory, readOnly: true }] : []),
    ],
  };
}

function volumes(launch: Launch, payload: PodPayload): readonly JsonObject[] {
  const ca = { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } };
  const namespace = {
    downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] },
  };
  const token = { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } };
  // With the caller's own token the pod's identity would only be a second way in.
  const sources = launch.clusterToken === undefined ? [token, ca, namespace] : [ca, namespace];
  return [
    { name: 'longarm-spool', emptyDir: {} },
    { name: 'longarm-run', emptyDir: {} },
    { name: 'longarm-identity', projected: { defaultMode: 0o440, sources } },
    ...(payload.from === 'secret'
      ? [{ name: payloadVolume, secret: { secretName: objectName(launch.commandId), defaultMode: 0o440 } }]
      : []),
  ];
}

/** Kubernetes puts variables in place of `$(NAME)` in arguments, and `$` in place of `$$`: every `$` is doubled. */
function escaped(argument: string): string {
  return argument.replaceAll('$', '$$$$');
}

/** Both containers are one user with one way to the image, or the keeper could not read what the command wrote. */
function withKeeperAsCommand(pod: JsonObject): JsonObject {
  const spec = pod['spec'] as JsonObject;
  const containers = spec['containers'] as readonly JsonObject[];
  const model = containers.find(({ name }) => name === commandContainer) ?? {};
  const shared = Object.fromEntries(
    ['image', 'imagePullPolicy', 'securityContext'].flatMap((key) => {
      const value = model[key];
      return value === undefined ? [] : [[key, value]];
    }),
  );
  const same = containers.map((each) => (each['name'] === keeperContainer ? { ...each, ...shared } : each));
  return { ...pod, spec: { ...spec, containers: same } };
}

/**
 * A pod that only holds the name of a command which was stopped before it had a pod. Its gate is never opened by a
 * scheduler, so it runs nothing, costs nothing, and every later start finds it. Needs Kubernetes 1.27.
 */
export function buildBar(launch: Pick<Launch, 'commandId' | 'clusterUid'>, settings: PodSettings): JsonObject {
  const metadata = ownMetadata(launch, settings);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, labels: { ...metadata.labels, [labels.barred]: 'true' } },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      schedulingGates: [{ name: labels.barred }],
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: commandContainer,
          image: settings.image,
          command: ['/bin/false'],
          resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '1m', memory: '1Mi' } },
          securityContext: containerSecurity,
        },
      ],
    },
  };
}
