import { isNotFound, KubernetesError } from './client/kubernetes-error.ts';
import type { CommandRun } from './command-run.ts';
import { inSamePod } from './keeper/same-pod.ts';
import { type commandContainer, keeperContainer, objectName } from './names.ts';
import { type KubernetesRoom, refresh } from './room.ts';

/** How much of an answer is kept, in characters; no answer of ours has as many. */
const longestAnswer = 1000;

/**
 * Runs a short script in a container, and gives the word that it said; `undefined` where it did not come to its end.
 * @throws {KubernetesError} for what no second try can mend. @throws the signal's reason.
 */
export async function tellInPod(
  room: KubernetesRoom,
  run: CommandRun,
  container: typeof keeperContainer | typeof commandContainer,
  argv: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  let said = '';
  const onStdout = async (bytes: Uint8Array): Promise<void> => {
    // One word is expected. In the container of the command anything may answer in place of the shell.
    if (said.length < longestAnswer) said += Buffer.from(bytes).toString();
  };
  try {
    const { namespace } = room.settings;
    const pod = objectName(run.commandId);
    const command = container === keeperContainer ? inSamePod(run.podUid, argv) : argv;
    await room.client.exec({ namespace, pod, container, command, onStdout, onStderr: () => undefined }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (isNotFound(error)) await refresh(room, run, signal);
    else if (error instanceof KubernetesError && error.code < 500) throw error;
    return undefined;
  }
  return said.trim() === '' ? undefined : said.trim();
}
