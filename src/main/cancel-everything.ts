import type { ControlPlane } from '../control-plane/dependencies.ts';
import { moveCommand, ringFor } from '../control-plane/move-command.ts';

/** Grace, KILL and the proof of death fit in this; what is not dead then is swept by the next start. */
const patienceMs = 60_000;

/** Cancels every unfinished command of every cluster, and waits until they have ended. @returns how many there were. */
export async function cancelEverything(plane: ControlPlane): Promise<number> {
  const unfinished = async () =>
    plane.store.read(async ({ directory, commands }) => {
      const ids = [];
      for (const cluster of await directory.clusters()) {
        for (const { facts } of await commands.unfinished(cluster.uid)) ids.push(facts.id);
      }
      return ids;
    });
  const ids = await unfinished();
  for (const id of ids) {
    const event = { type: 'requestStop', cause: 'cancel' } as const;
    const moved = await plane.store.write(({ commands }) => moveCommand(commands, id, event, plane.clock.now()));
    if (moved.ok) ringFor(plane.bell, moved.command);
  }
  const deadlineMs = plane.clock.monotonicMs() + patienceMs;
  const ear = plane.bell.listen('queue');
  try {
    while ((await unfinished()).length > 0 && plane.clock.monotonicMs() < deadlineMs) await ear.next(500);
  } finally {
    ear.close();
  }
  return ids.length;
}
