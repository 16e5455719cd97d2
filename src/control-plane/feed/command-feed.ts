import type { CommandFeed } from '../../ports/command-feed.ts';
import type { ControlPlane } from '../dependencies.ts';
import { appendOutput } from './append-output.ts';
import { claim } from './claim.ts';
import { payload, release, report } from './report.ts';
import { renew } from './renew.ts';
import { Seals } from './seal-output.ts';

/** The feed for workers in this very process. */
export function createCommandFeed(plane: ControlPlane): CommandFeed {
  const seals = new Seals(plane);
  return {
    claim: (workerId, signal) => claim(plane, workerId, signal),
    renew: (id, token, known, signal) => renew(plane, id, token, known.stop, signal),
    report: (id, token, said) => report(plane, seals, id, token, said),
    payload: (id, token) => payload(plane, id, token),
    appendOutput: (id, token, offset, bytes) => appendOutput(plane, seals, id, token, offset, bytes),
    sealOutput: (id, token) => seals.make(id, token),
    unfinishedAmong: (ids) => plane.store.read(({ commands }) => commands.unfinishedAmong(ids)),
    release: (id, token) => {
      seals.forget(id);
      return release(plane, id, token);
    },
  };
}
