import type { Brand } from './brand.ts';

/** A point in time: whole milliseconds since 1970-01-01T00:00:00Z. Only the `Clock` port and parsers make one. */
export type Instant = Brand<number, 'Instant'>;

/** Takes a count of milliseconds since the epoch for an `Instant`. Fractions are cut off. */
export function instantFromMs(epochMs: number): Instant {
  return Math.trunc(epochMs) as Instant;
}

/** The instant `durationMs` after `instant` (before it, where negative). */
export function addMs(instant: Instant, durationMs: number): Instant {
  return instantFromMs(instant + durationMs);
}

/** Milliseconds from `earlier` to `later`; negative where the order is the other way round. */
export function msBetween(earlier: Instant, later: Instant): number {
  return later - earlier;
}

/**
 * `instant`, or the bound that it lies beyond. For times that another clock measured: what happened between two
 * moments of ours is told as having happened between them.
 */
export function between(earliest: Instant, instant: Instant, latest: Instant): Instant {
  return instantFromMs(Math.max(earliest, Math.min(instant, latest)));
}

/** RFC 3339 in UTC with whole seconds, the form in which AKS writes `startedAt` and `finishedAt`. */
export function toRfc3339(instant: Instant): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

/** RFC 3339 in UTC with milliseconds, for our own fields. */
export function toRfc3339Millis(instant: Instant): string {
  return new Date(instant).toISOString();
}

/** Parses RFC 3339; `undefined` for anything that is not a date of the calendar and a time with an offset. */
export function parseRfc3339(text: string): Instant | undefined {
  const date = /^(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.exec(text)?.[1];
  if (date === undefined) return undefined;
  const epochMs = Date.parse(text);
  const midnightMs = Date.parse(`${date}T00:00:00Z`);
  // A day that its month does not have rolls over into the next one instead of failing.
  if (Number.isNaN(epochMs) || Number.isNaN(midnightMs)) return undefined;
  return new Date(midnightMs).toISOString().startsWith(date) ? instantFromMs(epochMs) : undefined;
}
