import type { Instant } from '../../core/instant.ts';
import type { FinalObservation } from '../../core/observation.ts';
import type { ExitRecord } from './spool-directory.ts';

/** The records that a supervisor ends with (`spool-directory.ts`), those first that tell of a loss. */
export const recordNames = ['severed', 'broken', 'exit', 'unbegun'] as const;

/** One of them. */
export type RecordName = (typeof recordNames)[number];

/** A record as somebody found it in the spool directory. */
export interface EndRecord {
  readonly name: RecordName;
  /** When it was written; `undefined` for an empty file. */
  readonly at: Instant | undefined;
  /** `undefined` where there is something that is no record. */
  readonly content: ExitRecord | undefined;
}

/** What is known of a run beside its record. */
export interface RunFacts {
  /** When the command began; `undefined` where nobody saw it. */
  readonly startedAt: Instant | undefined;
  /** The last lines of the log: what launcher, supervisor and pump said. */
  readonly said: readonly string[];
  /** Whether the supervisor was given a limit for the spool (`Supervision.spoolLimitBytes`). */
  readonly hasSpoolLimit: boolean;
}

/** What a supervisor's record says of its command, wherever the two ran. */
export function concludeRecord(record: EndRecord, { startedAt, said, hasSpoolLimit }: RunFacts): FinalObservation {
  // A lost end has no exit code: it may be 0, and would read like a success.
  const since = startedAt === undefined ? {} : { startedAt };
  switch (record.name) {
    case 'unbegun':
      return record.content?.cause === 'stop' ? { type: 'neverStarted' } : couldNotStart(said);
    case 'severed': {
      const message =
        'The end of its output may be lost: the process that writes it was killed, most likely by the command itself.';
      return { type: 'killed', reason: 'OutputLost', message, ...since };
    }
    case 'broken':
      return { type: 'killed', ...whyBroken(said, hasSpoolLimit), ...since };
    case 'exit': {
      const { content, at } = record;
      if (content === undefined || at === undefined) {
        return { type: 'lost', reason: 'WorkerLost', message: 'Its exit record cannot be read.' };
      }
      const { exitCode, cause } = content;
      return { type: 'exited', exitCode, cause, startedAt: startedAt ?? at, finishedAt: at };
    }
  }
}

/** That the command was not begun, and the last lines that say why. */
export function couldNotStart(said: readonly string[]): FinalObservation {
  const why = said.slice(-5).join('; ');
  const message = `It could not be started${why === '' ? ', and its supervisor left no word why' : `: ${why}`}`;
  return { type: 'refused', reason: 'CouldNotStart', message };
}

function whyBroken(
  said: readonly string[],
  hasSpoolLimit: boolean,
): { readonly reason: string; readonly message: string } {
  const words = said.findLast((line) => line.startsWith('cat: '));
  if (words === undefined) {
    // What fills the disk may keep the pump's words from being written, too.
    const message = 'The end of its output is lost: it could not be written. Most likely the disk is full.';
    return { reason: 'OutputLost', message };
  }
  if (hasSpoolLimit && /File too large/i.test(words)) {
    const message =
      'It wrote more than the output limit while nobody read it, and was stopped; what its spool held is kept.';
    return { reason: 'OutputLimitExceeded', message };
  }
  const full = /No space left|quota exceeded/i.test(words);
  const message = `The end of its output is lost: ${full ? 'the disk is full' : 'it could not be written'} (${words}).`;
  return { reason: 'OutputLost', message };
}
