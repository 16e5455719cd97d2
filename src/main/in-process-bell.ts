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
        if (!rung && signal?.aborted !== true) {
          const woken = new AbortController();
          // With a reason of its own: the one that is made otherwise costs more than all the rest.
          const end = () => woken.abort('woken');
          wake = end;
          // Not AbortSignal.any, which takes a kilobyte: a thousand may wait.
          signal?.addEventListener('abort', end, { once: true });
          await clock.sleep(timeoutMs, woken.signal);
          signal?.removeEventListener('abort', end);
          wake = undefined;
        }
        rung = false;
      },
      close: leave,
    },
  };
}
