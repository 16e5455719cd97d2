import type { ArmClient } from '../client/arm-client.ts';
import type { CommandRef } from '../client/session.ts';
import type { CommandResult } from '../wire/command-result-schema.ts';
import type { CliContext } from './context.ts';
import { type Copied, copyOutput, hasWholeOutput, writeLogs } from './copy-output.ts';
import { describeState } from './describe-state.ts';
import { endingOf, exitCodeOf, exitCodes } from './exit-code.ts';
import { type Interrupts, StoppedWaiting } from './interrupts.ts';
import { paint, say } from './paint.ts';
import { flatResult, printJson } from './print-json.ts';
import { createStatusLine, type StatusLine } from './status-line.ts';
import { OutputClosed } from './write-output.ts';

/** A command to be seen to its end. */
export interface Attended {
  readonly context: CliContext;
  readonly client: ArmClient;
  readonly command: CommandRef;
  /** Print the result as JSON instead of the output as it comes. */
  readonly asJson: boolean;
  readonly interrupts: Interrupts;
  /** Whether Ctrl-C cancels the command; otherwise it only ends the waiting. */
  readonly cancels: boolean;
}

const cancelMomentMs = 3000;

/**
 * Waits for a command's end, with its output on stdout as it comes and its state on stderr, and says how it ended.
 * @returns the exit code.
 * @throws {ArmError} when the endpoint was not to be reached for too long; the command goes on.
 */
export async function attendCommand(attended: Attended): Promise<number> {
  const { context, command, interrupts } = attended;
  const status = createStatusLine(context);
  let cancelling: Promise<void> | undefined;
  let wasTold = false;
  if (attended.cancels) {
    interrupts.onFirst(() => {
      cancelling = cancel(attended).then((told) => {
        wasTold = told;
      });
    });
  }
  try {
    const { result, damage } = await seeToTheEnd(attended, status);
    status.end();
    await cancelling;
    if (attended.asJson) await printJson(context, flatResult(result));
    return sayHowItEnded(context, result, damage, interrupts.count() > 0 && attended.cancels);
  } catch (error) {
    status.end();
    const goesOn = goesOnSentence(command);
    if (error instanceof StoppedWaiting) {
      // A moment for a cancel that is still on its way, so that it stands.
      if (cancelling !== undefined) await waitBriefly(context, cancelling);
      say(context, wasTold ? `Stopped waiting for ${command.id}; it was told to stop.` : goesOn);
      return error.exitCode;
    }
    if (error instanceof OutputClosed) {
      say(context, `Nobody reads the output any more. ${goesOn}`);
      return exitCodes.brokenPipe;
    }
    say(context, `Lost sight of the command. ${goesOn}`, 'bad');
    throw error;
  }
}

/** Whose waiting ended is told that the command did not, and how to see its end. */
export function goesOnSentence({ cluster, id }: CommandRef): string {
  return `Command ${id} goes on; see it with \`longarm result ${cluster.name} ${id} --wait\`.`;
}

async function waitBriefly({ clock }: CliContext, work: Promise<void>): Promise<void> {
  const done = new AbortController();
  const moment = clock.sleep(cancelMomentMs, done.signal).catch(() => undefined);
  await Promise.race([work, moment]);
  done.abort();
}

async function seeToTheEnd(attended: Attended, status: StatusLine): Promise<Copied> {
  const { context, client, command, asJson, interrupts } = attended;
  const signal = interrupts.stopWaiting;
  const first = await client.result(command, { signal, patienceMs: 300_000 });
  const isLongarm = first.result.properties.longarm !== undefined;
  if (!first.finished) show(attended, status, first.result);
  if (first.finished && (asJson || hasWholeOutput(first.result))) {
    if (!asJson) await writeLogs(context, first.result);
    return { result: first.result, damage: undefined };
  }
  if (!isLongarm || asJson) {
    // Whoever cannot stream can only be asked now and then.
    const result = await client.waitForEnd(command, {
      signal,
      onState: (state) => {
        if (!state.finished) show(attended, status, state.result);
      },
      ...(isLongarm && context.stderr.isTTY ? { everySeconds: 2 } : {}),
    });
    if (!asJson) {
      status.end();
      await writeLogs(context, result);
    }
    return { result, damage: undefined };
  }
  const watch = new AbortController();
  const watching = watchStart(attended, status, AbortSignal.any([signal, watch.signal]));
  try {
    return await copyOutput(context, client, command, { signal }, () => {
      // Output and status would write over each other where both go to one terminal.
      if (context.stdout.isTTY) status.end();
      else status.clear();
    });
  } finally {
    watch.abort();
    await watching;
  }
}

/** Shows how the command stands until it runs; what it prints tells more than that afterwards. */
async function watchStart(attended: Attended, status: StatusLine, signal: AbortSignal): Promise<void> {
  const { context, client, command } = attended;
  const running = new AbortController();
  try {
    await client.waitForEnd(command, {
      everySeconds: context.stderr.isTTY ? 2 : 10,
      signal: AbortSignal.any([signal, running.signal]),
      onState: ({ result, finished }) => {
        if (!finished) show(attended, status, result);
        if (result.properties.longarm?.phase === 'running') running.abort();
      },
    });
  } catch {
    // The status is a courtesy. Whatever keeps it from us also stands in the way of the output, which reports it.
  }
}

/** A person is told how it stands; a log only why it does not go on. */
function show({ context, command }: Attended, status: StatusLine, result: CommandResult): void {
  const { longarm, reason } = result.properties;
  const isStuck = reason !== undefined || longarm?.cause !== undefined || (longarm?.queuePosition ?? 0) > 0;
  if (context.stderr.isTTY || isStuck) status.show(`${command.cluster.name} ${command.id}: ${describeState(result)}`);
}

/** @returns whether the server took it. */
async function cancel({ context, client, command }: Attended): Promise<boolean> {
  say(context, `Cancelling ${command.id}. Press Ctrl-C again to stop waiting for it.`);
  try {
    await client.cancel(command);
    return true;
  } catch (error) {
    // The waiting goes on: the command may still end by itself, and a second Ctrl-C ends the waiting.
    say(context, `It could not be cancelled: ${error instanceof Error ? error.message : String(error)}`, 'bad');
    return false;
  }
}

/** Says on stderr what the exit code alone does not, and gives the exit code. */
export function sayHowItEnded(
  context: CliContext,
  result: CommandResult,
  damage: string | undefined,
  interrupted: boolean,
): number {
  const ending = endingOf(result);
  if (ending.type === 'failed' || ending.type === 'timedOut') say(context, `Failed: ${ending.reason}`, 'bad');
  if (ending.type === 'cancelled') say(context, 'Cancelled.', 'bad');
  if (result.properties.longarm?.complete === false) {
    say(context, 'The stored output is not proven to be all that the command wrote.', 'bad');
  }
  if (damage !== undefined) {
    say(context, damage, 'bad');
    return exitCodes.couldNotRun;
  }
  const exitCode = exitCodeOf(ending, interrupted);
  if (exitCode !== 0 && ending.type === 'exited' && context.stderr.isTTY) {
    context.stderr.stream.write(`${paint(context, context.stderr, 'faint', `exit code ${ending.exitCode}`)}\n`);
  }
  return exitCode;
}
