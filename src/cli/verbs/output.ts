import type { CommandResult } from '../../wire/command-result-schema.ts';
import { goesOnSentence } from '../attend-command.ts';
import { addConnectionOptions, commandOf, type Connected, withConnection } from '../connect.ts';
import { copyOutput } from '../copy-output.ts';
import { exitCodes } from '../exit-code.ts';
import { givenInteger, isGiven } from '../given-options.ts';
import { listenForInterrupts, StoppedWaiting } from '../interrupts.ts';
import { say } from '../paint.ts';
import type { VerbBody, VerbCall } from '../verb.ts';
import { flushOutput, OutputClosed, writeOutput } from '../write-output.ts';

/** `longarm output CLUSTER ID` */
export const output: VerbBody = {
  description:
    'Writes the bytes that the command wrote, stdout and stderr in their true order, from an offset on. Exits 0 when all that there is was written, whatever the command’s own exit code. Ctrl-C ends the following, not the command.',
  examples: [
    {
      line: 'longarm output local 0e9872e6629349dc865e27ee6f8bab2d > out.log',
      explains: 'everything that is stored so far',
    },
    { line: 'longarm output local 0e9872e6629349dc865e27ee6f8bab2d --follow', explains: 'until the command has ended' },
    { line: 'longarm output local 0e9872e6629349dc865e27ee6f8bab2d --from 1048576', explains: 'without the first MiB' },
  ],
  failureExitCode: exitCodes.couldNotRun,
  configure: (command) => {
    command
      .argument('<cluster-or-id>', 'cluster; or the id, in the connection’s own cluster')
      .argument('[id]', 'the command’s id')
      .option('--follow', 'go on until the command has ended')
      .option('--from <offset>', 'begin with this byte');
    addConnectionOptions(command);
  },
  run: (call) => withConnection(call, (connected) => run(call, connected)),
};

async function run(call: VerbCall, connected: Connected): Promise<number> {
  const { context, operands, options } = call;
  const command = commandOf(connected, operands);
  const from = givenInteger(options, 'from', '--from') ?? 0;
  const follow = isGiven(options, 'follow');
  const interrupts = listenForInterrupts(call, 1);
  const signal = interrupts.stopWaiting;
  let isUnfinished = true;
  try {
    const first = await connected.client.result(command, { signal });
    isUnfinished = !first.finished;
    if (first.result.properties.longarm === undefined) {
      const whole = follow ? await connected.client.waitForEnd(command, { signal }) : first.result;
      await writeOutput(context.stdout.stream, logsFrom(whole, from));
      await flushOutput(context.stdout.stream);
      say(context, 'This endpoint does not stream; these are the logs of the result, which it may have cut.');
      return 0;
    }
    const { damage } = await copyOutput(context, connected.client, command, { from, follow, signal });
    if (damage === undefined) return 0;
    say(context, damage, 'bad');
    return exitCodes.couldNotRun;
  } catch (error) {
    if (error instanceof OutputClosed) return exitCodes.brokenPipe;
    if (!(error instanceof StoppedWaiting)) throw error;
    say(context, isUnfinished ? goesOnSentence(command) : 'Stopped before all of the output was written.');
    return error.exitCode;
  } finally {
    interrupts.release();
  }
}

function logsFrom(result: CommandResult, from: number): Uint8Array {
  return Buffer.from(result.properties.logs ?? '', 'utf8').subarray(from);
}
