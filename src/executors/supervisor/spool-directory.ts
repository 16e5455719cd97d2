import type { ExitCause } from '../../core/observation.ts';

/**
 * The files of a spool directory: what the supervisor and those who watch it say to each other. Every name appears
 * once and completely; times are the files' mtimes, because not every `date` knows fractions.
 */
export const spoolFiles = {
  /** A directory: a supervisor claimed the start. A symbolic link in its place: the start is barred for good. */
  claim: 'started.d',
  /** Not empty from just before the user's command began; its mtime is the start. */
  started: 'started',
  /** Standard output and error, in the order they were written. Only ever appended to. */
  out: 'out',
  /**
   * The exit record, `<code> <cause> <bytes>`: the command ran, and every byte it wrote is in `out`, which is so long.
   * Its mtime is the end.
   */
  exit: 'exit',
  /** As `exit`, but the spool could not be written whole: a full disk, a failing one. The pump's words are its stderr. */
  broken: 'broken',
  /** As `exit`, but the pump, which writes the spool, was killed. */
  severed: 'severed',
  /** As `exit`, but the user's command never began: what should have led to it failed. */
  unbegun: 'unbegun',
  /** The grace in seconds, written by whoever asks for a stop before the TERM. */
  grace: 'grace',
} as const;

/** What a supervisor recorded of the end. */
export interface ExitRecord {
  readonly exitCode: number;
  readonly cause: ExitCause;
  /** How long the spool was then. A spool that is shorter now has lost its end. */
  readonly bytes: number;
}

const causes: readonly ExitCause[] = ['exit', 'stop', 'timeout'];

/**
 * Reads an exit record: one line, an exit code from 0 to 255 in decimal, a cause and the spool's size in bytes, with a
 * blank between them and blanks behind.
 * `undefined` for anything else, the empty file included: an unreadable record means that the end is unknown, and
 * never that it was 0.
 */
export function parseExitRecord(text: string): ExitRecord | undefined {
  const match = /^(0|[1-9]\d{0,2}) ([a-z]+) (0|[1-9]\d*) *\n$/.exec(text);
  const [exitCode, bytes] = [Number(match?.[1]), Number(match?.[3])];
  const cause = causes.find((known) => known === match?.[2]);
  return cause === undefined || exitCode > 255 || !Number.isSafeInteger(bytes) ? undefined : { exitCode, cause, bytes };
}
