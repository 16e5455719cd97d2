import { join } from 'node:path';
import { type CommandId, parseCommandId } from '../../core/command-id.ts';

const openEnding = '.open';
const sealedEnding = '.sealed';

/** The folder of a command's output: 256 of them, so that none grows to a million names. */
export function shardOf(directory: string, id: CommandId): string {
  return join(directory, id.slice(0, 2));
}

/** The file of output that may still grow. */
export function openPath(directory: string, id: CommandId): string {
  return join(shardOf(directory, id), `${id}${openEnding}`);
}

/** The file of output that is final: being renamed to this is what seals it, and what a restart finds. */
export function sealedPath(directory: string, id: CommandId): string {
  return join(shardOf(directory, id), `${id}${sealedEnding}`);
}

/** The command whose output a file of this name holds; `undefined` for a file that is not output. */
export function commandOfFile(name: string): CommandId | undefined {
  const ending = [openEnding, sealedEnding].find((candidate) => name.endsWith(candidate));
  return ending === undefined ? undefined : parseCommandId(name.slice(0, -ending.length));
}
