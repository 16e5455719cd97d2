import type { CommandId } from '../core/command-id.ts';
import { isTerminal, type TerminalCommand } from '../core/command.ts';
import { LongarmError } from '../core/error-code.ts';
import type { ClusterAddress } from '../core/resource-id.ts';
import { look, requireCommand } from './access.ts';
import type { Actor, ControlPlane } from './dependencies.ts';
import { auditFirstRead, wasReadBefore } from './first-read.ts';

const action = 'Microsoft.ContainerService/managedClusters/commandResults/read';

/** A command's output as it stands. */
export interface StoredOutput {
  readonly storedBytes: number;
  /** The command, once it has ended: then the output is final. */
  readonly ended: TerminalCommand | undefined;
}

/**
 * How much output a command has so far. The first read of final output by a principal is audited.
 * @throws {LongarmError} `AuthorizationFailed`, `ResourceNotFound`, `NotFound`.
 */
export async function getOutput(
  plane: ControlPlane,
  actor: Actor,
  address: ClusterAddress,
  id: CommandId,
): Promise<StoredOutput> {
  const { cluster, command, isNews } = await look(plane, actor, async (repositories) => {
    const found = await requireCommand(repositories, actor, action, address, id);
    const isFinal = isTerminal(found.command);
    return { ...found, isNews: isFinal && !(await wasReadBefore(repositories, actor, found.cluster, id)) };
  });
  if (isNews) await auditFirstRead(plane, actor, cluster, id);
  const ended = isTerminal(command) ? command : undefined;
  return { ended, storedBytes: ended?.output.storedBytes ?? (await plane.outputs.length(id)) };
}

/** Stored bytes from `from` to `to` (exclusive). The caller has been through `getOutput`. */
export function readStoredOutput(
  plane: ControlPlane,
  id: CommandId,
  from: number,
  to: number,
): AsyncIterable<Uint8Array> {
  return plane.outputs.read(id, from, to);
}

/**
 * The output from `from` on, and what is added to it until the command has ended. The caller has been through
 * `getOutput`. Reads on only as fast as it is asked to, so a slow reader costs no memory.
 * @throws {LongarmError} `NotFound` when the command is deleted meanwhile.
 * @throws the signal's reason when it aborts.
 */
export async function* followOutput(
  plane: ControlPlane,
  id: CommandId,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  let offset = from;
  const ear = plane.bell.listen(`output/${id}`);
  try {
    for (;;) {
      // Aborted means cut off, and must not look like the end of the output.
      signal.throwIfAborted();
      const { stored, isFinal } = await lookShared(plane, id);
      if (stored > offset) {
        for await (const chunk of plane.outputs.read(id, offset, stored)) {
          offset += chunk.length;
          yield chunk;
          signal.throwIfAborted();
        }
      }
      if (isFinal) return;
      await ear.next(5000, signal);
    }
  } finally {
    ear.close();
  }
}

/** How far an output has got. */
interface Progress {
  readonly stored: number;
  /** Whether the command has ended, and no more will come. */
  readonly isFinal: boolean;
}

/** The looks that have not begun. */
const dueLooks = new WeakMap<ControlPlane, Map<CommandId, Promise<Progress>>>();

/**
 * One look for all who follow the same output and are woken at once. Only a look that has not begun is shared: one that
 * is under way may have missed what its caller was woken for.
 */
function lookShared(plane: ControlPlane, id: CommandId): Promise<Progress> {
  const due = dueLooks.get(plane) ?? new Map<CommandId, Promise<Progress>>();
  dueLooks.set(plane, due);
  const next = due.get(id) ?? lookSoon(plane, id, () => due.delete(id));
  due.set(id, next);
  return next;
}

async function lookSoon(plane: ControlPlane, id: CommandId, begin: () => void): Promise<Progress> {
  await new Promise(setImmediate);
  begin();
  // The command is asked before the length: what ends after this look is seen by the next one.
  const command = await plane.store.read(({ commands }) => commands.get(id));
  if (command === undefined) throw new LongarmError('NotFound', `The command '${id}' was deleted.`);
  const isFinal = isTerminal(command);
  return { isFinal, stored: isFinal ? command.output.storedBytes : await plane.outputs.length(id) };
}
