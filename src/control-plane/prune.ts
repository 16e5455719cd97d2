import type { CommandId } from '../core/command-id.ts';
import { addMs } from '../core/instant.ts';
import type { ControlPlane } from './dependencies.ts';

const batch = 200;

/** What a prune removed. */
export interface Pruned {
  readonly commands: number;
  readonly auditRows: number;
  readonly submissions: number;
}

/**
 * Removes what has outlived its retention: finished commands with their output, audit rows, submission keys.
 * Called now and then; right however often.
 */
export async function prune(plane: ControlPlane, auditRetentionMs: number): Promise<Pruned> {
  const now = plane.clock.now();
  let commands = 0;
  for (;;) {
    const old = await plane.store.read((repositories) =>
      repositories.commands.prunable(now, plane.limits.retentionMs, batch),
    );
    for (const { facts } of old) {
      await plane.store.write((repositories) => repositories.commands.remove(facts.id));
      await plane.outputs.remove(facts.id);
    }
    commands += old.length;
    if (old.length < batch) break;
  }
  const rest = await plane.store.write(async (repositories) => ({
    auditRows: await repositories.audit.prune(addMs(now, -auditRetentionMs)),
    submissions: await repositories.commands.pruneSubmissions(now),
  }));
  return { commands, ...rest };
}

/**
 * Removes stored output that belongs to no command: what a crash between the two left. @returns how many.
 */
export async function sweepOutputs(plane: ControlPlane): Promise<number> {
  let removed = 0;
  let ids: CommandId[] = [];
  const sweep = async () => {
    const known = new Set(await plane.store.read(({ commands }) => commands.knownAmong(ids)));
    for (const id of ids) {
      if (known.has(id)) continue;
      await plane.outputs.remove(id);
      removed += 1;
    }
    ids = [];
  };
  for await (const id of plane.outputs.list()) {
    ids.push(id);
    if (ids.length >= batch) await sweep();
  }
  await sweep();
  return removed;
}
