import type { CommandRun } from './command-run.ts';
import { inSamePod } from './keeper/same-pod.ts';
import { payloadProgress, payloadUpload } from './keeper/upload-script.ts';
import { keeperContainer, objectName } from './names.ts';
import { spoolDirectory } from './pod/build-pod.ts';
import type { PodPayload } from './pod/payload.ts';
import type { KubernetesRoom } from './room.ts';
import { SpoolReadBroken } from './spool-exec.ts';

/** How much goes on its way at once; a piece that is refused is sent again. */
const pieceBytes = 64 * 1024;
/** How long nothing may be taken in, or said of it at the end, before it is tried again from where it got to. */
const stallMs = 10_000;

/**
 * Brings a payload into the pod, from where an earlier try broke off. The pod itself checks size and digest: an upload
 * that was cut looks like a complete one from there.
 * @throws {SpoolReadBroken} when it did not come to its end; the caller tries again.
 */
export async function uploadPayload(
  room: KubernetesRoom,
  run: CommandRun,
  payload: Extract<PodPayload, { from: 'upload' }>,
  signal: AbortSignal,
): Promise<void> {
  const there = (await ask(room, run, payloadProgress(spoolDirectory), signal)).trim();
  if (there === 'whole') return;
  const from = /^\d+$/.test(there) ? Number(there) : 0;
  const { archive, sha256 } = payload;
  const stalled = new AbortController();
  const over = new AbortController();
  const progress = { atMs: room.clock.monotonicMs() };
  const watching = abortWhenStalled(room, progress, stalled, over.signal);
  try {
    const stdin = pieces(archive, from, () => (progress.atMs = room.clock.monotonicMs()));
    const both = AbortSignal.any([signal, stalled.signal]);
    await ask(room, run, payloadUpload(spoolDirectory, archive.length, sha256), both, stdin);
  } finally {
    over.abort(new Error('the upload is over'));
    await watching;
  }
}

async function* pieces(archive: Buffer, from: number, taken: () => void): AsyncGenerator<Uint8Array> {
  for (let at = from; at < archive.length; at += pieceBytes) {
    taken();
    yield archive.subarray(at, at + pieceBytes);
  }
  taken();
}

/** Where the program in the pod is killed, the node may say nothing of it for as long as there is something to send. */
async function abortWhenStalled(
  { clock }: KubernetesRoom,
  progress: { readonly atMs: number },
  stalled: AbortController,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const leftMs = progress.atMs + stallMs - clock.monotonicMs();
    if (leftMs <= 0) return stalled.abort(new SpoolReadBroken('The files of the command stuck on their way.', false));
    await clock.sleep(leftMs, signal);
  }
}

async function ask(
  room: KubernetesRoom,
  run: CommandRun,
  argv: readonly string[],
  signal: AbortSignal,
  stdin?: AsyncIterable<Uint8Array>,
): Promise<string> {
  const answer: Uint8Array[] = [];
  const status = await room.client.exec(
    {
      namespace: room.settings.namespace,
      pod: objectName(run.commandId),
      container: keeperContainer,
      command: inSamePod(run.podUid, argv),
      ...(stdin === undefined ? {} : { stdin }),
      onStdout: async (bytes) => void answer.push(Buffer.from(bytes)),
      onStderr: () => undefined,
    },
    signal,
  );
  if (status.type === 'exited' && status.exitCode === 0) return Buffer.concat(answer).toString();
  const word = status.type === 'failed' ? `${status.reason}: ${status.message}` : `exit code ${status.exitCode}`;
  throw new SpoolReadBroken(`The files of the command did not come into its pod (${word}).`, false);
}
