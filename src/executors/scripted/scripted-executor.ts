import { mkdir } from 'node:fs/promises';
import type { CommandId } from '../../core/command-id.ts';
import { msBetween } from '../../core/instant.ts';
import type { FinalObservation, Observation } from '../../core/observation.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Executor, SpoolGone } from '../../ports/executor.ts';
import { destroyedCommands } from '../destroyed-commands.ts';
import { inTurn } from '../in-turn.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { type Replay, replayScript } from './replay-script.ts';
import { readRecord, recordedIds, recordRelease, recordStart, recordStop, removeRecord } from './script-record.ts';
import { outputFrom, outputLength } from './scripted-output.ts';

/** How long an instance may be unaware of what another one wrote: a stop, a gate. In milliseconds. */
const lookEveryMs = 25;

/**
 * Runs nothing: a command's text is a script that says what is to be seen of it, with delays and failures on demand
 * (`docs/scripted-executor.md`). For tests of what uses Longarm. All state is in `directory`, so another instance
 * goes on where one stopped.
 * @throws when the directory cannot be made.
 */
export async function createScriptedExecutor(options: {
  readonly directory: string;
  readonly clock: Clock;
  /** The directory whose files scripts may append to and wait for. Left out, as a server does: none. */
  readonly filesBelow?: string;
}): Promise<Executor> {
  const { directory, clock, filesBelow } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const destroyed = destroyedCommands();
  const turns = inTurn<CommandId>();

  /** How the command stands now, after what a gate may have let through. */
  async function look(commandId: CommandId): Promise<Replay> {
    const record = await readRecord(directory, commandId, filesBelow);
    switch (record.type) {
      case 'absent':
        return { output: [], end: lost('There is no record of it. It may have run.') };
      case 'unreadable':
        return { output: [], end: lost('Its record cannot be read.') };
      case 'barred':
        return { output: [], end: { type: 'neverStarted' } };
      case 'started': {
        const replay = replayScript(record.script, { ...record.given, now: clock.now() });
        if (replay.waiting === undefined) return replay;
        return (await recordRelease(directory, commandId, replay.waiting, filesBelow)) ? await look(commandId) : replay;
      }
    }
  }

  async function untilNext(replay: Replay, signal: AbortSignal): Promise<void> {
    const ownMs = replay.nextAt === undefined ? lookEveryMs : msBetween(clock.now(), replay.nextAt);
    await clock.sleep(Math.max(1, Math.min(ownMs, lookEveryMs)), signal);
  }

  return {
    async start(launch, signal) {
      // A start that is late must not look before a destroy and write after it: that would be a second start.
      await turns.take(launch.commandId, async () => {
        signal.throwIfAborted();
        if (destroyed.has(launch.commandId)) throw new Error(`Command ${launch.commandId} was destroyed.`);
        await recordStart(directory, launch, clock.now(), filesBelow);
      });
    },

    async *observe(commandId, signal): AsyncGenerator<Observation, void> {
      let said = '';
      for (;;) {
        signal.throwIfAborted();
        const replay = await look(commandId);
        const { begunAt, pending } = replay;
        if (begunAt !== undefined && said !== 'started') {
          said = 'started';
          yield { type: 'started', startedAt: begunAt };
        }
        if (pending !== undefined && said !== `${pending.reason} ${pending.message}`) {
          said = `${pending.reason} ${pending.message}`;
          yield { type: 'pending', reason: pending.reason, message: pending.message };
        }
        if (replay.end !== undefined) {
          yield replay.end;
          return;
        }
        await untilNext(replay, signal);
      }
    },

    async readOutput(commandId, fromOffset, sink, signal) {
      let offset = fromOffset;
      for (;;) {
        signal.throwIfAborted();
        const replay = await look(commandId);
        for (const bytes of outputFrom(replay.output, offset)) {
          signal.throwIfAborted();
          await unlessAborted(sink(bytes), signal);
          offset += bytes.length;
        }
        if (replay.end !== undefined) {
          if (replay.begunAt === undefined) throw new SpoolGone(`Command ${commandId} has no output.`);
          return { totalBytes: outputLength(replay.output) };
        }
        await untilNext(replay, signal);
      }
    },

    async stop(commandId, graceMs, signal) {
      await turns.take(commandId, async () => {
        signal.throwIfAborted();
        if (!destroyed.has(commandId)) await recordStop(directory, commandId, { at: clock.now(), graceMs });
      });
    },

    async destroy(commandId, signal) {
      await turns.take(commandId, async () => {
        signal.throwIfAborted();
        destroyed.add(commandId);
        await removeRecord(directory, commandId);
      });
    },

    async list(signal) {
      signal.throwIfAborted();
      return await recordedIds(directory);
    },
  };
}

function lost(message: string): FinalObservation {
  return { type: 'lost', reason: 'WorkerLost', message };
}
