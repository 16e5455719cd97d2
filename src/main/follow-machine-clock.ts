import type { WorkerLog } from '../worker/dependencies.ts';
import type { ServerClock } from './server-clock.ts';

/** A difference that a machine's clock makes only when somebody, or a long sleep of the machine, sets it. */
const stepMs = 5_000;
/** How long no command may have been under way before the server's time may jump: longer than a client repeats itself. */
const idleMs = 3 * 60_000;

/**
 * What keeps the server's time near the machine's: says once that they have come apart, and takes the machine's time
 * as soon as no command can suffer by it.
 * @param isIdle whether no command is being carried out: asked each time.
 * @param anyUnfinished whether one waits all the same: asked only before the time is set.
 * @returns what to do now and then.
 */
export function followMachineClock(
  clock: ServerClock,
  log: Pick<WorkerLog, 'warn'>,
  isIdle: () => boolean,
  anyUnfinished: () => Promise<boolean>,
): () => Promise<void> {
  let isApart = false;
  let idleSinceMs: number | undefined;
  return async () => {
    idleSinceMs = isIdle() ? (idleSinceMs ?? clock.monotonicMs()) : undefined;
    const offsetMs = clock.offsetMs();
    if (Math.abs(offsetMs) < stepMs) {
      isApart = false;
      return;
    }
    if (idleSinceMs !== undefined && clock.monotonicMs() - idleSinceMs >= idleMs) {
      if (await anyUnfinished()) {
        idleSinceMs = undefined;
        return;
      }
      clock.follow();
      log.warn(
        { offsetMs },
        'the machine’s clock was set; no command is under way, so the server’s time is set as well',
      );
    } else if (!isApart) {
      isApart = true;
      log.warn(
        { offsetMs },
        'the machine’s clock was set; the server’s time follows slowly, so that no deadline moves',
      );
    }
  };
}
