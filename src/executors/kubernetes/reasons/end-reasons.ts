import type { ReasonRows } from './reason-row.ts';

const elsewhere = 'The node would not have it though it was bound to it; send the command again.';

/** Why a kubelet turned a pod away before anything of it ran: `status.reason` of a pod that failed at once. */
export const rejectReasons = {
  OutOfcpu: { shows: 'pod status', policy: { type: 'freshPod' }, todo: elsewhere },
  OutOfmemory: { shows: 'pod status', policy: { type: 'freshPod' }, todo: elsewhere },
  OutOfpods: { shows: 'pod status', policy: { type: 'freshPod' }, todo: elsewhere },
  'OutOfephemeral-storage': { shows: 'pod status', policy: { type: 'freshPod' }, todo: elsewhere },
  NodeAffinity: { shows: 'pod status', policy: { type: 'freshPod' }, todo: elsewhere },
  NodePorts: { shows: 'pod status', policy: { type: 'freshPod' }, todo: 'Take the host port out of the pod template.' },
  TopologyAffinityError: { shows: 'pod status', policy: { type: 'freshPod' }, todo: elsewhere },
  UnexpectedAdmissionError: { shows: 'pod status', policy: { type: 'freshPod' }, todo: elsewhere },
  SysctlForbidden: {
    shows: 'pod status',
    policy: { type: 'atOnce' },
    todo: 'Take the sysctl out of the pod template, or allow it on the nodes.',
  },
  PodOSNotSupported: {
    shows: 'pod status',
    policy: { type: 'atOnce' },
    todo: 'Commands need a Linux node; see `os` and `nodeSelector` in the pod template.',
  },
  OtherRejection: {
    shows:
      'pod status: any other word of a pod that the kubelet rejected; that word is the reason (`OutOf…` of any other resource: as above)',
    policy: { type: 'atOnce' },
    todo: 'The node does not run such a pod; change what it names in the pod template.',
  },
} as const satisfies ReasonRows;

/** How a cluster ends a command that runs, or takes away a pod that has not begun. */
export const endReasons = {
  OOMKilled: {
    shows: 'container terminated',
    policy: { type: 'ended' },
    todo: 'Give the command more memory (limits in the pod template), or less to do at once.',
  },
  Evicted: {
    shows: 'pod status; condition `DisruptionTarget`: `EvictionByEvictionAPI`, `TerminationByKubelet`',
    policy: { type: 'ended' },
    todo: 'Where the Eviction API did it, its node was drained; otherwise it used more than its limit or its node had. Whether it can be repeated is for you to judge.',
  },
  Preempted: {
    shows: 'condition `DisruptionTarget`: `PreemptionByScheduler`',
    policy: { type: 'ended' },
    todo: 'A pod of higher priority took its place: set `priorityClassName` in the pod template, or add room.',
  },
  DeadlineExceeded: {
    shows: 'pod status, and an event while it is being stopped',
    policy: { type: 'ended' },
    todo: '`activeDeadlineSeconds` ran out: Longarm sets it behind the command’s own limit, so nobody watched the command by then, or the pod template shortens it.',
  },
  DeletionByTaintManager: {
    shows: 'condition `DisruptionTarget`',
    policy: { type: 'ended' },
    todo: 'Its node was tainted, mostly for being unreachable: look at the node, and at what the command had done by then.',
  },
  DeletionByPodGC: {
    shows: 'condition `DisruptionTarget`',
    policy: { type: 'ended' },
    todo: 'Its node is gone: look at what the command had done by then before you repeat it.',
  },
  NodeShutdown: {
    shows: 'pod status, also as `Terminated` and `Shutdown`',
    policy: { type: 'ended' },
    todo: 'The node was shut down: send the command again if it can be repeated.',
  },
  NodeLost: {
    shows: 'pod status',
    policy: { type: 'ended' },
    todo: 'The node does not answer: look at what the command had done by then before you repeat it.',
  },
  NodeNotReady: {
    shows: 'event',
    policy: { type: 'wait' },
    todo: 'The node does not answer; the command may still run there.',
  },
  PodDeleted: {
    shows: 'the pod is deleted, and no condition says by what',
    policy: { type: 'ended' },
    todo: 'Something other than Longarm deleted it: somebody with kubectl, the end of its namespace, or a tool that cleans up.',
  },
  ContainerStatusUnknown: {
    shows: 'container terminated',
    policy: { type: 'ended' },
    todo: 'The kubelet lost sight of the container, and its 137 is no exit code: look at what the command had done by then.',
  },
  Unknown: {
    shows: 'container terminated with 255',
    policy: { type: 'ended' },
    todo: 'The container runtime lost sight of the container, as when its node was restarted, and its 255 is no exit code: look at what the command had done by then.',
  },
  Error: {
    shows: 'container terminated with a code other than 0',
    policy: { type: 'ended' },
    todo: 'Nobody told the cluster more than the exit code.',
  },
  Completed: {
    shows: 'container terminated with 0',
    policy: { type: 'ended' },
    todo: 'By itself no proof that the output is whole.',
  },
} as const satisfies ReasonRows;

/** A word for how the cluster ended a command. */
export type EndReason = keyof typeof endReasons;
