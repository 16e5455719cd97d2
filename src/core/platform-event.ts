import type { Instant } from './instant.ts';

/** What the platform noted about the means of a command, in its own words: an event of a pod. */
export interface PlatformEvent {
  /** When it was last noted. */
  readonly at: Instant;
  readonly reason: string;
  readonly message: string;
  /** How often it was. */
  readonly count: number;
}

/** How many are kept with a command, and how long each message may be, in characters. */
const mostEvents = 20;
const mostCharacters = 1024;

/** What is kept of events: the last ones, each cut to a length that a person reads. */
export function keptEvents(events: readonly PlatformEvent[]): readonly PlatformEvent[] {
  return events.slice(-mostEvents).map((event) => ({ ...event, message: cut(event.message) }));
}

/** Never within a character, which would not be well-formed Unicode. */
function cut(message: string): string {
  if (message.length <= mostCharacters) return message;
  const head = message.slice(0, mostCharacters - 1);
  return `${head.isWellFormed() ? head : head.slice(0, -1)}…`;
}
