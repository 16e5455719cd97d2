import { instantFromMs } from '../../core/instant.ts';
import type { PlatformEvent } from '../../core/platform-event.ts';

/** What the platform noted about a command, as its column holds it. */
export function eventsToColumn(events: readonly PlatformEvent[]): string {
  return JSON.stringify(events);
}

/**
 * The events that the column holds.
 * @throws {Error} where it was changed by other hands.
 */
export function eventsFromColumn(text: string): readonly PlatformEvent[] {
  const list: unknown = JSON.parse(text);
  if (Array.isArray(list)) return list.map(eventOf);
  throw damaged();
}

function eventOf(value: unknown): PlatformEvent {
  if (typeof value !== 'object' || value === null) throw damaged();
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const { at, reason, message, count } = fields;
  if (typeof at !== 'number' || typeof count !== 'number') throw damaged();
  if (typeof reason !== 'string' || typeof message !== 'string') throw damaged();
  return { at: instantFromMs(at), reason, message, count };
}

function damaged(): Error {
  return new Error('The column commands.events holds something other than events. Restore the database from a backup.');
}
