import { type FileHandle, open, stat } from 'node:fs/promises';
import type { CommandId } from '../../core/command-id.ts';
import { type SpoolEnd, SpoolGone } from '../../ports/executor.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { listenTo } from './directory-change.ts';
import { undefinedIfAbsent } from '../system-error.ts';
import { lookAtRun, recordedBytes } from './look-at-run.ts';
import { readAhead } from './read-ahead.ts';
import type { ProcessRoom } from './room.ts';
import { outputChanges, type Run, runOf } from './run-directory.ts';
import { survivorsOf } from './survivors.ts';

const lookEveryMs = 1000;

/**
 * Follows a spool from an offset to its end. The end is asked for *before* each read to the end of the file: what is
 * there after that is all there is. A spool that is shorter than the offset, or than the record of the end says, was
 * cut by somebody or by a power cut: reading ends all the same, and the total tells that something is missing.
 */
export async function readSpool(
  room: ProcessRoom,
  commandId: CommandId,
  fromOffset: number,
  sink: (bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<SpoolEnd> {
  const run = runOf(room.runsDirectory, commandId);
  let spool: FileHandle | undefined;
  let offset = fromOffset;
  try {
    for (;;) {
      signal.throwIfAborted();
      const change = listenTo(run.directory, room.clock, outputChanges);
      try {
        const over = await isOver(room, run);
        spool ??= await openSpool(run);
        if (spool !== undefined) offset = await drain(spool, offset, sink, signal);
        if (over) {
          if (spool === undefined || !(await isThere(run))) {
            throw new SpoolGone(`Command ${commandId} has no output on this machine.`);
          }
          return { totalBytes: Math.max((await spool.stat()).size, await recordedBytes(run)) };
        }
        await change.next(lookEveryMs, signal);
      } finally {
        change.close();
      }
    }
  } finally {
    await spool?.close();
  }
}

/** An orphan's pump may still write, so only the executor's word that it is dead ends the reading. */
async function isOver(room: ProcessRoom, run: Run): Promise<boolean> {
  const sight = await lookAtRun(run, room.bootId);
  if (sight.type === 'over') return true;
  if (sight.type !== 'orphaned') return false;
  return (await survivorsOf(run.commandId, sight.launcher)).length === 0;
}

async function drain(
  spool: FileHandle,
  fromOffset: number,
  sink: (bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  let offset = fromOffset;
  for await (const piece of readAhead(spool, fromOffset)) {
    signal.throwIfAborted();
    await unlessAborted(sink(piece), signal);
    offset += piece.length;
  }
  return offset;
}

async function openSpool(run: Run): Promise<FileHandle | undefined> {
  return await open(run.out, 'r').catch(undefinedIfAbsent);
}

async function isThere(run: Run): Promise<boolean> {
  return (await stat(run.out).catch(undefinedIfAbsent)) !== undefined;
}
