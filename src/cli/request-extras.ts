import { ArmError } from '../client/arm-error.ts';
import { formatDuration, parseDuration } from '../config/duration.ts';
import type { RunCommandRequest } from '../wire/run-command-request.ts';
import { givenText, isGiven } from './given-options.ts';
import { UsageError } from './usage-error.ts';

type Options = Readonly<Record<string, unknown>>;
type Extras = NonNullable<RunCommandRequest['longarm']>;

// More cannot be what anybody means, and less than what numbers hold exactly.
const mostMs = 366 * 86_400_000;
const mostGraceMs = 3_600_000;

/** What the options ask for beside Azure's request; `undefined` where that is nothing. @throws {UsageError} */
export function requestExtras(options: Options): Extras | undefined {
  const timeoutMs = durationOf(options, 'timeout', mostMs);
  if (timeoutMs !== undefined && timeoutMs <= 0) {
    throw new UsageError(
      `--timeout is "${givenText(options, 'timeout') ?? ''}", and must be longer than 0. Leave it out for the cluster’s own limit.`,
    );
  }
  const graceMs = durationOf(options, 'grace', mostGraceMs);
  const serviceAccount = givenText(options, 'serviceAccount');
  const extras: Extras = {
    ...(timeoutMs === undefined ? {} : { timeoutSeconds: Math.ceil(timeoutMs / 1000) }),
    ...(graceMs === undefined ? {} : { graceSeconds: Math.ceil(graceMs / 1000) }),
    ...(isGiven(options, 'strict') ? { strict: true } : {}),
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
  };
  return Object.keys(extras).length === 0 ? undefined : extras;
}

/** Which option each field comes from: its name as it is typed, and as commander keeps it. */
const optionOfField: Readonly<Record<string, readonly [string, string]>> = {
  'longarm.timeoutSeconds': ['--timeout', 'timeout'],
  'longarm.graceSeconds': ['--grace', 'grace'],
  'longarm.serviceAccount': ['--service-account', 'serviceAccount'],
};

/** The server's refusal of a field, in the words of the option that it comes from. */
export function inTypedWords(error: unknown, options: Options): unknown {
  if (!(error instanceof ArmError) || error.target === undefined) return error;
  const [flag, name] = optionOfField[error.target] ?? [];
  if (flag === undefined || name === undefined) return error;
  const typed = givenText(options, name);
  const message = error.message.replaceAll(error.target, flag);
  return new ArmError(typed === undefined ? message : `${flag} ${typed} is refused: ${message}`, {
    code: error.code,
    cause: error,
    ...(error.status === undefined ? {} : { status: error.status }),
  });
}

function durationOf(options: Options, name: string, limitMs: number): number | undefined {
  const text = givenText(options, name);
  if (text === undefined) return undefined;
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new UsageError(`--${name} ${parsed.problem}.`);
  if (parsed.value > limitMs) {
    throw new UsageError(`--${name} is "${text}"; the most that can be asked for is ${formatDuration(limitMs)}.`);
  }
  return parsed.value;
}
