import { createHash } from 'node:crypto';
import type { ArmClient } from '../client/arm-client.ts';
import type { OutputOptions } from '../client/get-output.ts';
import type { CommandRef } from '../client/session.ts';
import type { CommandResult } from '../wire/command-result-schema.ts';
import type { CliContext } from './context.ts';
import { flushOutput, writeOutput } from './write-output.ts';

/** What was written to stdout, and how the command stood when there was no more. */
export interface Copied {
  readonly result: CommandResult;
  /** What the server stored is not what arrived here. Never seen; if it is, nobody may take it for success. */
  readonly damage: string | undefined;
}

/** Copies output to stdout as it comes. @param beforeChunk called before each write, to make room for it. */
export async function copyOutput(
  context: CliContext,
  client: ArmClient,
  command: CommandRef,
  options: OutputOptions,
  beforeChunk: () => void = () => undefined,
): Promise<Copied> {
  const output = client.followOutput(command, options);
  const hash = createHash('sha256');
  let received = 0;
  for (;;) {
    const next = await output.next();
    if (next.done === true) {
      await flushOutput(context.stdout.stream);
      const isWhole = (options.from ?? 0) === 0;
      return { result: next.value, damage: isWhole ? findDamage(next.value, received, hash.digest('hex')) : undefined };
    }
    hash.update(next.value);
    received += next.value.length;
    beforeChunk();
    try {
      await writeOutput(context.stdout.stream, next.value, options.signal);
    } catch (error) {
      // Nobody reads any more: let go of the connection too.
      await output.return(undefined as never);
      throw error;
    }
  }
}

/** Writes the `logs` of a result as they are. */
export async function writeLogs(context: CliContext, result: CommandResult): Promise<void> {
  await writeOutput(context.stdout.stream, result.properties.logs ?? '');
  await flushOutput(context.stdout.stream);
}

/** Whether `logs` is the whole output, byte for byte. */
export function hasWholeOutput(result: CommandResult): boolean {
  const { longarm, logs } = result.properties;
  if (longarm === undefined) return true;
  const isExact = !longarm.truncated && (longarm.replacedBytes ?? 0) === 0;
  return isExact && Buffer.byteLength(logs ?? '') === longarm.storedBytes;
}

function findDamage(result: CommandResult, received: number, sha256: string): string | undefined {
  const stored = result.properties.longarm;
  if (stored?.sha256 === undefined) return undefined;
  if (received === stored.storedBytes && sha256 === stored.sha256) return undefined;
  return `The output that arrived (${received} bytes, sha256 ${sha256}) is not what the server stored (${stored.storedBytes} bytes, sha256 ${stored.sha256}). Get it again with \`longarm output\`.`;
}
