import type { Bell, Ear, Topic } from '../ports/bell.ts';
import type { Clock } from '../ports/clock.ts';

/** A bell for one process. */
export function createInProcessBell(clock: Clock): Bell {
  const ears = new Map<Topic, Set<() => void>>();
  return {
    ring: (topic) => {
      for (const hear of ears.get(topic) ?? []) hear();
    },
    listen: (topic) => {
      const { ear, hear } = createEar(clock, () => {
        const others = ears.get(topic);
        others?.delete(hear);
        if (others?.size === 0) ears.delete(topic);
      });
      const listening = ears.get(topic) ?? new Set();
      ears.set(topic, listening.add(hear));
      return ear;
    },
  };
}

function createEar(clock: Clock, leave: () => void): { readonly ear: Ear; readonly hear: () => void } {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    hear: () => {
      rung = true;
      wake?.();
    },
    ear: {
      next: async (timeoutMs, signal) => {
        if (!rung) {
          const woken = new AbortController();
          wake = () => woken.abort();
          const either = signal === undefined ? woken.signal : AbortSignal.any([woken.signal, signal]);
          await clock.sleep(timeoutMs, either);
          wake = undefined;
        }
        rung = false;
      },
      close: leave,
    },
  };
}
