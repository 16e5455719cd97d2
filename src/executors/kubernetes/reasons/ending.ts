import { type Doom, doomMessage, doomOf, lookFirst } from './doomed.ts';
import { endReasons, rejectReasons } from './end-reasons.ts';
import { hasBegun, isRejectedAtFirstSight } from './has-begun.ts';
import { instantOf } from './pod-events.ts';
import type { Pod, Terminated } from './pod-shape.ts';
import type { PodSight, PodVerdict } from './pod-verdict.ts';
import type { ReasonRows } from './reason-row.ts';
import { sentence } from './sentence.ts';
import { startReasons, type StartReason } from './start-reasons.ts';

/** How the command's container, or the pod as a whole, came to its end; undefined while neither has. */
export function judgeEnding(sight: PodSight): PodVerdict | undefined {
  const { pod, commandContainer } = sight;
  const command = pod.status?.containerStatuses?.find(({ name }) => name === commandContainer);
  // A kubelet that lost a container shows it as waiting to be created, and what it was as its last state.
  const terminated = command?.lastState?.terminated ?? command?.state?.terminated;
  if (terminated !== undefined) return judgeTerminated(sight, terminated);
  const { phase } = pod.status ?? {};
  return phase === 'Failed' || phase === 'Succeeded' ? judgeWithoutStatus(sight) : undefined;
}

/** A container whose first program could not be started: nothing of it ran. */
export const startError: StartReason = 'StartError';

/** What runtimes call a program that could not be executed; the kubelet has a word for all but the second. */
const neverRan = /^exec \S+: exec format error\s*$/;

function judgeTerminated({ pod, events, commandContainer }: PodSight, terminated: Terminated): PodVerdict {
  const { reason = '', message = '', exitCode } = terminated;
  if (reason === 'StartError' || reason === 'ContainerCannotRun' || neverRan.test(message)) {
    const text = sentence([message], startReasons[startError].todo);
    return { type: 'refused', reason: startError, message: text, retryPod: false };
  }
  const isUnknown = reason === 'ContainerStatusUnknown' || reason === 'Unknown';
  const known = {
    ...(exitCode === undefined || isUnknown ? {} : { exitCode }),
    ...(isTime(terminated.startedAt) ? { startedAt: terminated.startedAt } : {}),
    ...(isTime(terminated.finishedAt) ? { finishedAt: terminated.finishedAt } : {}),
  };
  if (reason === 'OOMKilled')
    return { type: 'ended', reason, message: memoryMessage(pod, commandContainer, terminated), ...known };
  const doom = doomOf(pod, events);
  if (doom !== undefined && !isEarlier(terminated, doom)) {
    return { type: 'ended', reason: doom.word, message: doomMessage(doom), ...known };
  }
  const word = reason === '' ? (exitCode === 0 ? 'Completed' : 'Error') : reason;
  const code = isUnknown || exitCode === undefined ? undefined : `The container ended with exit code ${exitCode}`;
  return {
    type: 'ended',
    reason: word,
    message: sentence([message, code], todoOf(endReasons, word) ?? endReasons.Error.todo),
    ...known,
  };
}

/** Whether the container had ended before the cluster began to take its pod away; times are whole seconds. */
function isEarlier({ finishedAt }: Terminated, { sinceMs }: Doom): boolean {
  const finishedMs = instantOf(finishedAt);
  return finishedMs !== undefined && sinceMs !== undefined && finishedMs < sinceMs;
}

/** The API has no sentence for it. When only a child is killed, the shell goes on and ends with a code of its own. */
function memoryMessage(pod: Pod, container: string, { exitCode, message }: Terminated): string {
  const limit = pod.spec?.containers?.find(({ name }) => name === container)?.resources?.limits?.['memory'];
  const of =
    limit === undefined ? 'it has no memory limit of its own, so the node ran short' : `its memory limit is ${limit}`;
  const what =
    exitCode === 137 || exitCode === undefined
      ? `The kernel killed the command for want of memory (${of})`
      : `The kernel killed a process of the command for want of memory (${of}); the command itself ended with ${exitCode}`;
  return sentence([message, what], endReasons.OOMKilled.todo);
}

/** A pod that has failed, with nothing said of how the command's container ended. */
function judgeWithoutStatus({ pod, events, commandContainer }: PodSight): PodVerdict {
  const doom = doomOf(pod, events);
  const { word, said, todo } = doom === undefined ? failureOf(pod) : { ...doom, todo: todoOf(endReasons, doom.word) };
  const begun = hasBegun(pod, events, commandContainer);
  if (begun === 'no') {
    const retryPod = mayDoElsewhere(word) && isRejectedAtFirstSight(pod, events);
    return { type: 'refused', reason: word, message: sentence(said, todo ?? 'Nothing was run.'), retryPod };
  }
  const doubt =
    begun === 'yes'
      ? 'The cluster does not say how the command ended.'
      : 'The cluster does not say whether the command had begun.';
  return { type: 'ended', reason: word, message: sentence([...said, doubt], lookFirst), unseen: true };
}

/** Why a pod failed that nothing took away: its node would not have it, or one of its init containers failed. */
function failureOf({ status }: Pod): { word: string; said: readonly (string | undefined)[]; todo?: string } {
  const { reason, message, initContainerStatuses = [] } = status ?? {};
  if (reason !== undefined) {
    return { word: reason, said: [message], todo: todoOf(rejectReasons, reason) ?? rejectReasons.OtherRejection.todo };
  }
  const init = initContainerStatuses.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  if (init === undefined) return { word: 'Failed', said: [message ?? 'The pod failed'] };
  const { exitCode, reason: word = 'Error', message: text } = init.state?.terminated ?? {};
  const said = [`The init container ${init.name} ended with exit code ${exitCode} (${word})`, text];
  return { word: 'InitContainerFailed', said, todo: startReasons.InitContainerFailed.todo };
}

/** Whether by this word a node turned away a pod that another node, or the same one later, may take. */
export function mayDoElsewhere(word: string): boolean {
  const rows: ReasonRows = rejectReasons;
  const isEnding = word === 'Evicted' || word === 'NodeShutdown' || word === 'Preempted';
  // Also resources that a table cannot list: OutOfexample.com/gpu.
  return isEnding || word.startsWith('OutOf') || rows[word]?.policy.type === 'freshPod';
}

function todoOf(rows: ReasonRows, word: string): string | undefined {
  return Object.hasOwn(rows, word) ? rows[word]?.todo : undefined;
}

function isTime(text: string | undefined): text is string {
  return instantOf(text) !== undefined;
}
