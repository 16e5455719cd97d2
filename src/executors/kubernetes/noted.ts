import { instantFromMs } from '../../core/instant.ts';
import type { Observation } from '../../core/observation.ts';
import { keptEvents } from '../../core/platform-event.ts';
import type { CommandRun } from './command-run.ts';
import { eventsOf, lastSeen } from './reasons/pod-events.ts';

/** The observation with what the cluster noted about the pod beside it, where there is a reason to be explained. */
export function noted(run: CommandRun, observation: Observation): Observation {
  switch (observation.type) {
    case 'pending':
    case 'killed':
    case 'refused':
    case 'lost': {
      const events = run.pod === undefined ? [] : eventsOf(run.pod.pod, run.events);
      if (events.length === 0) return observation;
      const told = events.map((event) => ({
        at: instantFromMs(lastSeen(event) ?? 0),
        reason: event.reason ?? '',
        message: event.message ?? '',
        count: event.series?.count ?? event.count ?? 1,
      }));
      return { ...observation, events: keptEvents(told) };
    }
    case 'started':
    case 'exited':
    case 'neverStarted':
    case 'undead':
      return observation;
  }
}
