import { eventsOf, firstSeen, instantOf, isAbout, lastSeen } from './pod-events.ts';
import type { ContainerStatus, Pod, PodEvent } from './pod-shape.ts';
import type { PodSight } from './pod-verdict.ts';
import { startReasons, type StartReason } from './start-reasons.ts';

/** What keeps a pod from beginning its command. */
export interface Hindrance {
  /** The row of the table. */
  readonly row: StartReason;
  /** The word that is shown, where it is not the row's. */
  readonly word?: string;
  readonly said: readonly (string | undefined)[];
  /** More of what to do than the row says. */
  readonly hint?: string;
  /** When it began, in milliseconds of the cluster's clock. */
  readonly sinceMs: number | undefined;
}

/** The most telling of what hinders a pod at this moment; undefined when nothing does, or nothing is said. */
export function hindranceOf({ pod, events, commandContainer }: PodSight): Hindrance | undefined {
  const own = eventsOf(pod, events);
  return waiting(pod, own, commandContainer) ?? unscheduled(pod, own) ?? failing(own) ?? pulling(own);
}

/** Words of containers that simply take their time. */
const onItsWay = new Set(['ContainerCreating', 'PodInitializing']);

function waiting(pod: Pod, own: readonly PodEvent[], commandContainer: string): Hindrance | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const isCommand = ({ name }: ContainerStatus): boolean => name === commandContainer;
  const others = containerStatuses.filter((status) => !isCommand(status));
  for (const status of [...containerStatuses.filter(isCommand), ...initContainerStatuses, ...others]) {
    const { reason, message } = status.state?.waiting ?? {};
    if (reason === undefined || onItsWay.has(reason)) continue;
    const failures = own.filter((event) => event.reason === 'Failed' && tellsOf(event, reason, message));
    const sinceMs = failures.map(firstSeen).find((instant) => instant !== undefined);
    if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff') return pullFailure(own, message, sinceMs);
    const row = startRow(reason);
    return { row: row ?? 'OtherWaiting', word: reason, said: [message ?? failures.at(-1)?.message], sinceMs };
  }
  return unstartable(others);
}

/** A container beside the command's whose program could not be executed: mostly the image has no shell. */
function unstartable(others: readonly ContainerStatus[]): Hindrance | undefined {
  const terminated = others.map(({ state }) => state?.terminated).find((state) => state?.reason === 'StartError');
  return terminated && { row: 'StartError', said: [terminated.message], sinceMs: undefined };
}

function tellsOf({ message = '' }: PodEvent, reason: string, sentenceOf: string | undefined): boolean {
  if (message === `Error: ${reason}` || (sentenceOf !== undefined && message.includes(sentenceOf))) return true;
  const isPull = reason === 'ErrImagePull' || reason === 'ImagePullBackOff';
  return isPull && /^(?:Failed to pull image|Error: ErrImagePull|Error: ImagePullBackOff)/.test(message);
}

/**
 * `ErrImagePull` and `ImagePullBackOff` take turns; one word stands for both. Servers before 1.31 give the cause only
 * beside the first, so the event has it where the state does not.
 */
function pullFailure(own: readonly PodEvent[], message: string | undefined, sinceMs: number | undefined): Hindrance {
  const event = own.findLast(
    ({ reason, message: text = '' }) => reason === 'Failed' && text.startsWith('Failed to pull image'),
  );
  const stated = message?.replace(/^Back-off pulling image ".*?"(?:: ErrImagePull: )?/, '') ?? '';
  const cause = stated === '' ? (event?.message ?? message) : stated;
  const secrets = own.findLast(({ reason }) => reason === 'FailedToRetrieveImagePullSecret');
  return { row: 'ImagePullBackOff', said: [cause, secrets?.message], ...pullHint(cause), sinceMs };
}

function pullHint(cause: string | undefined): { hint: string } | undefined {
  if (!/no match for platform/i.test(cause ?? '')) return undefined;
  return { hint: 'The image has nothing for the node’s operating system and architecture: use one that has.' };
}

function unscheduled(pod: Pod, own: readonly PodEvent[]): Hindrance | undefined {
  const condition = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (condition?.status !== 'False') return undefined;
  const failed = own.findLast(({ reason }) => reason === 'FailedScheduling');
  const autoscaler = own.findLast(({ reason = '' }) => scalerWords.has(reason));
  const said = [condition.message ?? failed?.message, autoscaler?.message];
  const word = condition.reason ?? 'Unschedulable';
  const sinceMs = instantOf(condition.lastTransitionTime);
  const hint = selectorHint(pod, said[0]);
  return { row: startRow(word) ?? 'Unschedulable', word, said, ...(hint === undefined ? {} : { hint }), sinceMs };
}

const { atOnceOn, longerOn } = startReasons.Unschedulable.policy;
const scalerWords = new Set<string>([...atOnceOn, ...longerOn.events]);

/** The scheduler says that no node fits, and not what was asked for. */
function selectorHint({ spec }: Pod, said = ''): string | undefined {
  if (!/node affinity\/selector/.test(said)) return undefined;
  const asked = Object.entries(spec?.nodeSelector ?? {}).map(([key, value]) => `${key}=${value}`);
  return asked.length === 0 ? undefined : `The pod asks for a node with ${asked.join(', ')}.`;
}

const failures = new Set<string>([
  'FailedMount',
  'FailedAttachVolume',
  'FailedCreatePodSandBox',
  'NetworkNotReady',
  'FailedPrepareDynamicResources',
]);
const progress = new Set(['Pulling', 'Pulled', 'Created', 'Started']);

/** What only events tell: volumes and networks that cannot be had. Once a container is worked on, it is over. */
function failing(own: readonly PodEvent[]): Hindrance | undefined {
  const last = own.findLast(({ reason = '' }) => failures.has(reason));
  const row = startRow(last?.reason);
  if (last === undefined || row === undefined) return undefined;
  const lastMs = lastSeen(last) ?? 0;
  if (own.some((event) => progress.has(event.reason ?? '') && (lastSeen(event) ?? 0) >= lastMs)) return undefined;
  const first = own.filter(({ reason }) => reason === last.reason).map(firstSeen);
  return { row, said: [last.message], sinceMs: first.find((instant) => instant !== undefined) };
}

/** An image on its way: no hindrance, but what a user who waits wants to know. */
function pulling(own: readonly PodEvent[]): Hindrance | undefined {
  const last = own.findLast(({ reason }) => reason === 'Pulling');
  if (last === undefined || own.slice(own.indexOf(last) + 1).some((event) => isSameContainer(event, last)))
    return undefined;
  return { row: 'Pulling', said: [last.message], sinceMs: firstSeen(last) };
}

function isSameContainer(event: PodEvent, other: PodEvent): boolean {
  const container = /\{(.*)\}$/.exec(other.involvedObject?.fieldPath ?? '')?.[1];
  return container !== undefined && isAbout(event, container);
}

function startRow(word: string | undefined): StartReason | undefined {
  return word !== undefined && isStartReason(word) ? word : undefined;
}

function isStartReason(word: string): word is StartReason {
  return Object.hasOwn(startReasons, word);
}
