import { addMs } from '../../src/core/instant.ts';
import { createServerClock, type ServerClock } from '../../src/main/server-clock.ts';
import { type TurnedClock, turnedClock } from './turned-clock.ts';

/** A server's time on a machine whose clock somebody sets. */
export interface SetClock {
  readonly clock: ServerClock & TurnedClock;
  /** Lets time pass. */
  readonly machine: TurnedClock;
  /** Sets the machine's clock forward, or back where negative. */
  readonly setBy: (durationMs: number) => void;
}

/** Makes a server's time on a machine that stands still until it is turned. */
export function setClock(): SetClock {
  const machine = turnedClock();
  let setByMs = 0;
  const clock = createServerClock({ ...machine, now: () => addMs(machine.now(), setByMs) });
  return {
    machine,
    clock: { ...machine, ...clock },
    setBy: (durationMs) => {
      setByMs += durationMs;
    },
  };
}
