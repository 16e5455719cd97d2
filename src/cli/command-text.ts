import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { CliContext } from './context.ts';
import { commandTextOf } from './shell-words.ts';
import { UsageError } from './usage-error.ts';

/**
 * The text of the command: the words behind `--`, or a file (`-` for stdin), which spares it the quoting of whatever
 * shell it was typed in.
 * @throws {UsageError} with both, with neither, and with nothing but blanks.
 */
export async function readCommandText(
  context: CliContext,
  words: readonly string[],
  file: string | undefined,
): Promise<string> {
  if (file !== undefined && words.length > 0) {
    throw new UsageError('Give the command behind --, or with --command-file, not both.');
  }
  if (file === undefined && words.length === 0) {
    throw new UsageError("Which command? Write it behind --, for example: longarm invoke local -- 'kubectl get pods'");
  }
  const text = file === undefined ? commandTextOf(words) : await readText(context, file);
  if (text.trim() === '') throw new UsageError('The command is empty.');
  return text;
}

/** A secret in a file, without the line break at its end. @throws {UsageError} where it cannot be read. */
export async function readSecretFile(context: CliContext, file: string): Promise<string> {
  return (await readText(context, file)).trim();
}

async function readText(context: CliContext, file: string): Promise<string> {
  if (file === '-') return readAll(context.stdin);
  try {
    return await readFile(resolve(context.workingDirectory, file), 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file} cannot be read: ${reason}.`, { cause: error });
  }
}
