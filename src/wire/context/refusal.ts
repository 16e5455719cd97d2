import { LongarmError } from '../../core/error-code.ts';
import { quote } from '../quote.ts';

/** The error for a `context` that is refused as a whole. */
export function refuseContext(problem: string, cause?: unknown): LongarmError {
  return new LongarmError('InvalidContext', `The context ${problem}`, { target: 'context', cause });
}

/** The error for a `context` with one entry that is refused. `problem` goes on behind "The context's entry …". */
export function refuseEntry(name: string, problem: string, cause?: unknown): LongarmError {
  return new LongarmError('InvalidContext', `The context's entry ${quote(name)} ${problem}`, {
    target: 'context',
    cause,
  });
}
