import type { Instant } from '../../core/instant.ts';
import type { ExecStatus } from './client/kubernetes-client.ts';
import type { CommandRun } from './command-run.ts';
import { FactLines, type SpoolFacts } from './keeper/facts.ts';
import { inSamePod, otherPodExit } from './keeper/same-pod.ts';
import { spoolReader } from './keeper/spool-script.ts';
import { keeperContainer, objectName } from './names.ts';
import { spoolDirectory } from './pod/build-pod.ts';
import type { KubernetesRoom } from './room.ts';

/** How the spool is read (`keeper/spool-script.ts`). */
export type SpoolRead = 'open' | 'follow' | 'drain' | 'look';

/** How long an exec may take until its script has said its first word, in milliseconds. */
const helloMs = 15_000;

/** What listens to a read of the spool. */
export interface SpoolListener {
  readonly bytes: (bytes: Uint8Array) => Promise<void>;
  readonly began: (at: Instant) => void;
  /** The script runs. */
  readonly hello: () => void;
}

/** The read broke off, or never began; everything that came is an exact prefix of what there is. */
export class SpoolReadBroken extends Error {
  override readonly name = 'SpoolReadBroken';
  /** Whether the script may have run. */
  readonly ran: boolean;

  constructor(message: string, ran: boolean, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.ran = ran;
  }
}

/**
 * Reads the spool once. What the stream itself says of its end counts for nothing: a kubelet that restarts ends it with
 * `Success` in the middle. Only the script's own last line does.
 * @throws {SpoolReadBroken} when that line did not come. @throws {KubernetesError} when the API server refused.
 * @throws the signal's reason; whatever `bytes` throws.
 */
export async function readSpoolOnce(
  room: KubernetesRoom,
  run: CommandRun,
  how: SpoolRead,
  offset: number,
  listener: SpoolListener,
  signal: AbortSignal,
): Promise<SpoolFacts> {
  const mute = new AbortController();
  const over = new AbortController();
  let said = false;
  const lines = new FactLines({
    began: listener.began,
    hello: () => {
      said = true;
      over.abort(new Error('the script runs'));
      listener.hello();
    },
  });
  const late = room.clock.sleep(helloMs, over.signal).then(() => {
    if (!said && !over.signal.aborted)
      mute.abort(new SpoolReadBroken('The exec was opened and nothing came of it.', true));
  });
  try {
    const status = await room.client.exec(
      {
        namespace: room.settings.namespace,
        pod: objectName(run.commandId),
        container: keeperContainer,
        command: inSamePod(run.podUid, spoolReader(spoolDirectory, how, offset)),
        onStdout: listener.bytes,
        onStderr: (bytes) => lines.take(bytes),
      },
      AbortSignal.any([signal, mute.signal]),
    );
    const { facts } = lines;
    if (facts !== undefined) return facts;
    const word = status.type === 'failed' ? `${status.reason}: ${status.message}` : `exit code ${status.exitCode}`;
    throw new SpoolReadBroken(`The reading of the spool ended before its end (${word}).`, said || mayHaveRun(status));
  } finally {
    over.abort(new Error('the exec is over'));
    await late;
  }
}

/**
 * What a container runtime and a kubelet say when they have found no container to run a program in. Of any other failure,
 * one of the way to them for instance, nobody knows what had come of it by then.
 */
const foundNoContainer = /container not found|no such container|failed to find container|does not exist|not running/i;

/** Whether the script may have run, by what the stream says of its end. */
function mayHaveRun(status: ExecStatus): boolean {
  return status.type === 'exited' ? status.exitCode !== otherPodExit : !foundNoContainer.test(status.message);
}
