import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandId } from '../../core/command-id.ts';
import { commandOfFile } from './output-path.ts';

/** Every command of which a file of output is in the directory. */
export async function* listOutput(directory: string): AsyncIterable<CommandId> {
  for await (const shard of await opendir(directory)) {
    if (!shard.isDirectory()) continue;
    for await (const entry of await opendir(join(directory, shard.name))) {
      const id = entry.isFile() ? commandOfFile(entry.name) : undefined;
      if (id !== undefined) yield id;
    }
  }
}
