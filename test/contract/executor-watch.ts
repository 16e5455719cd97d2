import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type CommandId, parseCommandId } from '../../src/core/command-id.ts';
import { type FinalObservation, isFinal, type Observation } from '../../src/core/observation.ts';
import type { Executor } from '../../src/ports/executor.ts';

/** How long a call of the suite may take, in milliseconds. */
export const patience = 30_000;

/** How a command ended, and all it wrote. */
export interface Ended {
  readonly last: FinalObservation;
  readonly seen: readonly Observation[];
  readonly output: Buffer;
  readonly totalBytes: number;
}

/** Watches a command to its end, output and observations side by side, as a worker does. */
export async function ended(executor: Executor, commandId: CommandId): Promise<Ended> {
  const [seen, read] = await Promise.all([observed(executor, commandId), readAll(executor, commandId)]);
  const last = seen.at(-1);
  assert.ok(last !== undefined && isFinal(last));
  return { last, seen, ...read };
}

/** Every observation of a command, to the final one, of which there must be exactly one. */
export async function observed(
  executor: Executor,
  commandId: CommandId,
  signal = soon(),
): Promise<readonly Observation[]> {
  const seen: Observation[] = [];
  for await (const observation of executor.observe(commandId, signal)) seen.push(observation);
  assert.equal(seen.filter(isFinal).length, 1, 'there is one final observation');
  return seen;
}

/** A command’s output from an offset to its end. */
export async function readAll(
  executor: Executor,
  commandId: CommandId,
  fromOffset = 0,
): Promise<{ readonly output: Buffer; readonly totalBytes: number }> {
  const chunks: Uint8Array[] = [];
  const sink = async (bytes: Uint8Array): Promise<void> => void chunks.push(Buffer.from(bytes));
  const { totalBytes } = await executor.readOutput(commandId, fromOffset, sink, soon());
  return { output: Buffer.concat(chunks), totalBytes };
}

/** Resolves once the command has written something: it has begun, and its traps are set. */
export async function firstBytes(executor: Executor, commandId: CommandId): Promise<void> {
  const enough = new AbortController();
  const signal = AbortSignal.any([enough.signal, soon()]);
  const reading = executor.readOutput(commandId, 0, async () => enough.abort(), signal);
  await assert.rejects(reading, () => enough.signal.aborted);
}

/** The deadline of every call in the suite. */
export function soon(): AbortSignal {
  return AbortSignal.timeout(patience);
}

/** A command id that nobody had before. */
export function newId(): CommandId {
  const id = parseCommandId(randomBytes(16).toString('hex'));
  assert.ok(id !== undefined);
  return id;
}
