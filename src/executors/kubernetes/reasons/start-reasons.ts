import type { ReasonRows } from './reason-row.ts';

const second = 1000;

const pullIsPointless = [
  /not found/i,
  /manifest unknown/i,
  /unauthorized/i,
  /denied/i,
  /403 Forbidden/i,
  /no match for platform/i,
];

/** Why a pod that exists has not begun its command: words of the kubelet, the scheduler and their events. */
export const startReasons = {
  Unschedulable: {
    shows: 'condition `PodScheduled`',
    policy: {
      type: 'grace',
      graceMs: 60 * second,
      atOnceOn: ['NotTriggerScaleUp'],
      longerOn: { events: ['TriggeredScaleUp', 'Nominated'], graceMs: 300 * second },
    },
    todo: 'Make room or add a node, or change requests, selectors, affinity or tolerations in the pod template.',
  },
  SchedulingGated: {
    shows: 'condition `PodScheduled`',
    policy: { type: 'wait' },
    todo: 'Whoever put the gate on the pod (the template, a webhook, a queue such as Kueue) has to take it away.',
  },
  SchedulerError: {
    shows: 'condition `PodScheduled`',
    policy: { type: 'grace', graceMs: 60 * second },
    todo: 'Look at the scheduler’s log.',
  },
  InvalidImageName: {
    shows: 'container waiting',
    policy: { type: 'atOnce' },
    todo: 'Mend the image’s name in the cluster’s settings or the pod template.',
  },
  ImagePullBackOff: {
    shows: 'container waiting; also as `ErrImagePull`, which has the cause',
    policy: { type: 'grace', graceMs: 30 * second, atOnceWhen: pullIsPointless },
    todo: 'Check the image’s name and tag (`image` of the cluster, or `toolboxImage` of the server), that nodes reach the registry, and `imagePullSecrets` in the pod template.',
  },
  RegistryUnavailable: {
    shows: 'container waiting',
    policy: { type: 'grace', graceMs: 30 * second, atOnceWhen: pullIsPointless },
    todo: 'See that the nodes reach the registry.',
  },
  SignatureValidationFailed: {
    shows: 'container waiting',
    policy: { type: 'grace', graceMs: 30 * second },
    todo: 'Sign the image as the nodes’ policy wants it, or use another.',
  },
  ImageInspectError: {
    shows: 'container waiting',
    policy: { type: 'grace', graceMs: 30 * second, atOnceWhen: pullIsPointless },
    todo: 'The image on the node may be damaged: remove it there, or look at the container runtime’s log.',
  },
  ErrImageNeverPull: {
    shows: 'container waiting',
    policy: { type: 'grace', graceMs: 30 * second },
    todo: 'Bring the image to the nodes, or set another `imagePullPolicy` in the pod template.',
  },
  Pulling: {
    shows: 'event; the image is on its way',
    policy: { type: 'wait' },
    todo: 'Where this takes long, a smaller image, a nearer registry or an image that the nodes have already is quicker.',
  },
  CreateContainerConfigError: {
    shows: 'container waiting',
    policy: { type: 'grace', graceMs: 10 * second, passesWhen: [/failed to create subPath directory/i] },
    todo: 'Create the Secret, ConfigMap or key that it names in the command’s namespace, or mend the pod template.',
  },
  CreateContainerError: {
    shows: 'container waiting',
    policy: {
      type: 'grace',
      graceMs: 30 * second,
      atOnceWhen: [/exec format error/i],
      passesWhen: [/context deadline exceeded/i],
    },
    todo: 'Look at what it names in the image, the pod template, or the node’s container runtime.',
  },
  RunContainerError: {
    shows: 'container waiting',
    policy: {
      type: 'grace',
      graceMs: 30 * second,
      atOnceWhen: [/exec format error/i],
      passesWhen: [/context deadline exceeded/i],
    },
    todo: 'Look at what it names in the image, the pod template, or the node’s container runtime.',
  },
  StartError: {
    shows: 'container terminated, 128; also an `exec format error` that the kubelet calls `Error`',
    policy: { type: 'atOnce' },
    todo: 'Use an image that has `sh` and is built for the node’s architecture, and see that what the pod template mounts fits it.',
  },
  InitContainerFailed: {
    shows: 'init container terminated with a code other than 0',
    policy: { type: 'atOnce' },
    todo: 'Mend the init container of the pod template; the command never ran.',
  },
  KeeperEnded: {
    shows: 'container `keeper` terminated before the command began; its word is the reason',
    policy: { type: 'atOnce' },
    todo: 'Nothing was run. Give `keeper` more memory in the pod template where it is OOMKilled; else look at what the image has for `sh`.',
  },
  FailedMount: {
    shows: 'event',
    policy: { type: 'grace', graceMs: 60 * second },
    todo: 'Create what the volume names in the command’s namespace, or mend the volume in the pod template.',
  },
  FailedAttachVolume: {
    shows: 'event',
    policy: { type: 'grace', graceMs: 60 * second },
    todo: 'See that the volume exists and no other node holds it.',
  },
  FailedCreatePodSandBox: {
    shows: 'event',
    policy: { type: 'grace', graceMs: 60 * second },
    todo: 'Look at the node’s network plugin and container runtime, and whether the node can do the pod template’s security context.',
  },
  NetworkNotReady: {
    shows: 'event',
    policy: { type: 'grace', graceMs: 60 * second },
    todo: 'The node’s network plugin is not ready; look at its pods.',
  },
  FailedPrepareDynamicResources: {
    shows: 'event',
    policy: { type: 'grace', graceMs: 60 * second },
    todo: 'See what became of the resource claim that the pod template names.',
  },
  OtherWaiting: {
    shows: 'any other word of a waiting container; that word is the reason',
    policy: { type: 'grace', graceMs: 60 * second },
    todo: 'Look at the node’s kubelet and container runtime.',
  },
} as const satisfies ReasonRows;

/** A word for why a pod has not begun its command. */
export type StartReason = keyof typeof startReasons;
