import type { ExecStatus } from './kubernetes-client.ts';
import { fieldOf, listOf, textOf } from './json-fields.ts';
import { parseJson } from './read-body.ts';
import { isStatus } from './status.ts';

/** Kubernetes' word for a program that ended with something else than 0 (k8s.io/apimachinery remotecommand). */
const nonZero = 'NonZeroExitCode';

/** Parses what came on channel 3 so far; `undefined` while it is not a whole `Status`. */
export function parseExecStatus(text: string): ExecStatus | undefined {
  const status = parseJson(text);
  if (!isStatus(status) && textOf(status, 'status') === undefined) return undefined;
  if (textOf(status, 'status') === 'Success') return { type: 'exited', exitCode: 0 };
  const reason = textOf(status, 'reason') ?? 'Unknown';
  const message = textOf(status, 'message') ?? '';
  if (reason !== nonZero) return { type: 'failed', reason, message };
  const exitCode = exitCodeOf(status);
  // A program that failed with an unknown code is not one that exited with any.
  if (exitCode === undefined) return { type: 'failed', reason, message: `${message} (the exit code is missing)` };
  return { type: 'exited', exitCode };
}

function exitCodeOf(status: unknown): number | undefined {
  const details = fieldOf(status, 'details');
  const cause = listOf(details, 'causes').find((each) => textOf(each, 'reason') === 'ExitCode');
  const written = textOf(cause, 'message') ?? '';
  return /^-?\d{1,10}$/.test(written) ? Number(written) : undefined;
}
