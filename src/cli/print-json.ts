import type { CommandResult } from '../wire/command-result-schema.ts';
import { showableJson } from '../wire/quote.ts';
import type { CliContext } from './context.ts';
import { flushOutput, writeOutput } from './write-output.ts';

/** Prints a value for programs: JSON with two blanks a level, and one line break at its end. It commands no terminal. */
export async function printJson(context: CliContext, value: unknown): Promise<void> {
  await writeOutput(context.stdout.stream, `${showableJson(JSON.stringify(value, undefined, 2))}\n`);
  await flushOutput(context.stdout.stream);
}

/** A result as `az … -o json` prints it, flat, because that is what scripts already read; ours under `longarm`. */
export function flatResult(result: CommandResult): Readonly<Record<string, unknown>> {
  const { provisioningState, exitCode, startedAt, finishedAt, logs, reason, longarm } = result.properties;
  return {
    id: result.id,
    provisioningState,
    exitCode: exitCode ?? null,
    startedAt: startedAt ?? null,
    finishedAt: finishedAt ?? null,
    logs: logs ?? null,
    reason: reason ?? null,
    ...(longarm === undefined ? {} : { longarm }),
  };
}
