import type { CommandResult } from '../wire/command-result-schema.ts';

/** Says in a few words how an unfinished command stands: its phase, and why it does not go on. */
export function describeState(result: CommandResult): string {
  const { longarm, provisioningState, reason } = result.properties;
  if (longarm === undefined) return reason === undefined ? provisioningState : `${provisioningState}: ${reason}`;
  const why = longarm.cause === undefined ? '' : `: ${longarm.cause.reason}: ${longarm.cause.message}`;
  switch (longarm.phase) {
    case 'accepted': {
      const before = longarm.queuePosition;
      const place = before === undefined ? '' : before === 0 ? ', next in line' : `, ${before} before it`;
      return `waiting in the queue${place}`;
    }
    case 'claimed':
      return `about to be launched${why}`;
    case 'launching':
      return `starting${why}`;
    case 'running':
      return longarm.times.stopRequestedAt === undefined ? 'running' : 'stopping';
    default:
      return `${longarm.phase}${why}`;
  }
}
