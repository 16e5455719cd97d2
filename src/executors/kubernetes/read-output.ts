import { unlessAborted } from '../unless-aborted.ts';
import type { CommandId } from '../../core/command-id.ts';
import type { Instant } from '../../core/instant.ts';
import { SpoolGone, type SpoolEnd } from '../../ports/executor.ts';
import { KubernetesError, NoCredentials, TooOld, isNotFound } from './client/kubernetes-error.ts';
import type { CommandRun } from './command-run.ts';
import type { SpoolFacts } from './keeper/facts.ts';
import { commandContainer, keeperContainer } from './names.ts';
import { countWaiting, type KubernetesRoom, podKnown, refresh, withRun } from './room.ts';
import { standingOf, hasEnded } from './seen-pod.ts';
import { readSpoolOnce, type SpoolRead, SpoolReadBroken } from './spool-exec.ts';
import { uploadPayload } from './upload-payload.ts';

/**
 * When the first exec is tried after the pod was seen on a node, and how the gaps between tries grow, in milliseconds.
 * The kubelet tells the API server only once a second what runs, so to wait for that word costs a second of every
 * command (measured: 0.65 s in place of 1.3 s). What takes long is waited for.
 */
const firstTryMs = 300;
const lastTryMs = 5000;
const firstGapMs = 50;
const gapGrowth = 1.6;
const longestGapMs = 1500;
/**
 * How many may start at once for that to be done. A try that comes too early costs the API server and a node as
 * much as one that succeeds, so in a crowd nobody tries before the cluster says that a pod runs.
 */
const fewStart = 4;
/** After how long it is looked whether the crowd has gone, in milliseconds. */
const crowdMs = 500;
/** After how long it is looked again where news should have come before. */
const newsMs = 5000;
/** How long nothing may come after the cluster says that the command has ended, before the reader is told to drain. */
const lastWordsMs = 1500;
/** How long an exec may keep others waiting that says nothing: its node may be dead. */
const longestTurnMs = 2000;

/**
 * Follows a command's spool by exec, from an offset on, and again from where it got to as often as the stream breaks.
 * The first read lets the command begin, once this worker was admitted.
 * @throws {SpoolGone} when there is nothing to read and never will be. @throws the signal's reason, what `sink` throws,
 * and what refuses to admit it.
 */
export function readOutput(
  room: KubernetesRoom,
  commandId: CommandId,
  fromOffset: number,
  sink: (bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<SpoolEnd> {
  return withRun(room, commandId, async (run) => {
    run.readers += 1;
    try {
      return await readToEnd(room, run, fromOffset, sink, signal);
    } finally {
      run.readers -= 1;
      run.tell();
    }
  });
}

async function readToEnd(
  room: KubernetesRoom,
  run: CommandRun,
  fromOffset: number,
  sink: (bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<SpoolEnd> {
  let offset = fromOffset;
  let gapMs = firstGapMs;
  await podKnown(room, run, signal);
  for (;;) {
    signal.throwIfAborted();
    const how = await whenReadable(room, run, signal);
    if (how === 'open') await admit(run);
    const before = offset;
    try {
      const facts = await readInTurn(room, run, how, offset, signal, async (bytes) => {
        await sink(bytes);
        offset += bytes.length;
      });
      run.facts = facts;
      run.factsAreLast ||= how === 'drain';
      run.tell();
      const end = endOfSpool(facts, offset, how);
      if (end !== undefined) return end;
    } catch (error) {
      signal.throwIfAborted();
      await afterBreak(room, run, error, signal);
    }
    if (offset > before) gapMs = firstGapMs;
    await run.next(gapMs, signal);
    gapMs = Math.min(gapMs * gapGrowth, longestGapMs);
  }
}

/** Waits until a read makes sense, and says which. @throws {SpoolGone} */
async function whenReadable(room: KubernetesRoom, run: CommandRun, signal: AbortSignal): Promise<SpoolRead> {
  for (;;) {
    signal.throwIfAborted();
    const { pod } = run;
    if (run.destroyed) throw new SpoolGone('It was destroyed.');
    if (run.refusal !== undefined || run.barred) throw new SpoolGone('It never began.');
    if (pod !== undefined && pod.isBar) throw new SpoolGone('It was stopped before it could begin.');
    if ((run.gone && !run.isReplaceable) || run.isMissing) throw new SpoolGone('Its pod is gone.');
    if (pod !== undefined && !run.isUsable && !run.gone)
      throw new SpoolGone('Its pod is gone; another one has its name.');
    if (pod !== undefined && run.isUsable) {
      if (standingOf(pod, keeperContainer) === 'terminated' || hasEnded(pod)) throw new SpoolGone('Its pod has ended.');
      const how = howToRead(run);
      if (standingOf(pod, keeperContainer) === 'running') return how;
      const sinceMs = room.clock.monotonicMs() - (run.scheduledAtMs ?? Infinity);
      const mayTry = sinceMs >= firstTryMs && sinceMs < lastTryMs;
      if (mayTry && countWaiting(room, lastTryMs) <= fewStart) return how;
      const soonMs = mayTry ? crowdMs : firstTryMs - sinceMs;
      await run.next(soonMs > 0 ? Math.min(soonMs, newsMs) : newsMs, signal);
      continue;
    }
    await run.next(newsMs, signal);
  }
}

function howToRead(run: CommandRun): SpoolRead {
  if (run.pod !== undefined && standingOf(run.pod, commandContainer) === 'terminated') return 'drain';
  return run.start === undefined || run.closed || run.began !== undefined ? 'follow' : 'open';
}

/** Asks once for all readers whether the command may begin in this pod. */
async function admit(run: CommandRun): Promise<void> {
  const { start, pod } = run;
  if (start === undefined || pod === undefined || run.closed) return;
  run.admission ??= start.admit(pod.uid).then(() => void (run.admittedUid = pod.uid));
  try {
    await run.admission;
  } catch (error) {
    run.admission = undefined;
    throw error;
  }
}

async function readInTurn(
  room: KubernetesRoom,
  run: CommandRun,
  how: SpoolRead,
  offset: number,
  signal: AbortSignal,
  sink: (bytes: Uint8Array) => Promise<void>,
): Promise<SpoolFacts> {
  const endTurn = await room.turns.take(signal);
  const overtaken = new AbortController();
  const over = new AbortController();
  const read = { lastMs: room.clock.monotonicMs(), handing: Promise.resolve() };
  const turn = room.clock.sleep(longestTurnMs, over.signal).then(endTurn);
  const watching = how === 'drain' ? undefined : drainWhenOver(room, run, read, overtaken, over.signal);
  try {
    if (how === 'open') await prepareOpening(room, run, signal);
    const both = AbortSignal.any([signal, overtaken.signal]);
    const listener = {
      bytes: (bytes: Uint8Array) => {
        read.handing = sink(bytes).then(() => void (read.lastMs = room.clock.monotonicMs()));
        return read.handing;
      },
      hello: () => {
        if (how === 'open') run.letGo();
        run.unreadable = undefined;
        endTurn();
      },
      began: (at: Instant) => {
        run.began ??= at;
        run.tell();
      },
    };
    return await readSpoolOnce(room, run, how, offset, listener, both).catch((error: unknown) => {
      if (how === 'open' && neverRan(error)) run.opens -= 1;
      throw error;
    });
  } catch (error) {
    // The next read begins where this one got to, so what is being taken of it must be taken first.
    if (!signal.aborted) await unlessAborted(read.handing, signal);
    throw error;
  } finally {
    endTurn();
    over.abort(new Error('the read is over'));
    await Promise.all([watching, turn]);
    run.tell();
  }
}

/** Hands the files in, and says that the gate may be open from here on. */
async function prepareOpening(room: KubernetesRoom, run: CommandRun, signal: AbortSignal): Promise<void> {
  if (run.start?.payload.from === 'upload') await uploadPayload(room, run, run.start.payload, signal);
  if (run.closed) throw new SpoolReadBroken('The command must not begin any more.', false);
  run.opens += 1;
}

/** Whether the error proves that the script was not even begun: of an answer from 500 on nobody knows. */
function neverRan(error: unknown): boolean {
  return (
    (error instanceof KubernetesError && error.code < 500) ||
    error instanceof TooOld ||
    error instanceof NoCredentials ||
    (error instanceof SpoolReadBroken && !error.ran)
  );
}

/** A supervisor that was killed leaves no record, and its reader would wait for one for ever. */
async function drainWhenOver(
  room: KubernetesRoom,
  run: CommandRun,
  read: { readonly lastMs: number },
  overtaken: AbortController,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    if (run.destroyed) return overtaken.abort(new SpoolGone('It was destroyed.'));
    const isOver = run.pod !== undefined && standingOf(run.pod, commandContainer) === 'terminated';
    await (isOver ? room.clock.sleep(lastWordsMs, signal) : run.next(60_000, signal));
    if (!isOver || signal.aborted || room.clock.monotonicMs() - read.lastMs < lastWordsMs) continue;
    return overtaken.abort(new SpoolReadBroken('The command has ended without a record.', true));
  }
}

/** The end of the spool, where these facts and what was read say that it was reached. */
function endOfSpool(facts: SpoolFacts, offset: number, how: SpoolRead): SpoolEnd | undefined {
  if (facts.gate === 'barred') throw new SpoolGone('It was stopped before it could begin.');
  if (facts.record?.name === 'unbegun') throw new SpoolGone('It could not begin.');
  if (facts.record === undefined && how !== 'drain') return undefined;
  const recorded = facts.record?.content?.bytes ?? 0;
  // Shorter than what was read: the command has cut its own spool, and more of it will never come.
  if (facts.sizeBytes < offset) return { totalBytes: recorded > offset ? recorded : facts.sizeBytes };
  // What comes after the record is not the command's: something that could not be killed still writes.
  if (offset < Math.max(facts.sizeBytes, 0) && offset < recorded) return undefined;
  if (facts.record === undefined && offset < facts.sizeBytes) return undefined;
  return { totalBytes: Math.max(recorded, offset) };
}

/** Decides whether a read that broke is to be tried again. @throws what no second try can mend. */
async function afterBreak(room: KubernetesRoom, run: CommandRun, error: unknown, signal: AbortSignal): Promise<void> {
  if (error instanceof SpoolGone) throw error;
  if (error instanceof TooOld) {
    const why = { reason: 'ClusterTooOld', message: error.message };
    run.closed = true;
    // Nobody can let it begin, so there is nothing to wait for.
    if (run.mayHaveBegun) run.unreadable = why;
    else run.refusal ??= why;
    throw error;
  }
  if (isNotFound(error)) await refresh(room, run, signal).catch(() => undefined);
  else if (error instanceof KubernetesError && (error.code === 403 || error.code === 401)) {
    run.unreadable = { reason: error.reason, message: error.message };
    throw error;
  } else if (!isOfTheRoad(error)) throw error;
}

/** Errors of the way to the pod; everything else is of the one who reads. */
function isOfTheRoad(error: unknown): boolean {
  return (
    error instanceof SpoolReadBroken ||
    error instanceof KubernetesError ||
    (error instanceof Error && ['ExecBroken', 'Unreachable', 'NoCredentials'].includes(error.name))
  );
}
