import { attendCommand, sayHowItEnded } from '../attend-command.ts';
import { addConnectionOptions, commandOf, type Connected, withConnection } from '../connect.ts';
import { copyOutput, hasWholeOutput, writeLogs } from '../copy-output.ts';
import { describeState } from '../describe-state.ts';
import { exitCodes } from '../exit-code.ts';
import { isGiven } from '../given-options.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { addFormatOption, wantsJson } from '../output-format.ts';
import { say } from '../paint.ts';
import { flatResult, printJson } from '../print-json.ts';
import type { VerbBody, VerbCall } from '../verb.ts';

/** `longarm result CLUSTER ID` */
export const result: VerbBody = {
  description: [
    'Prints the whole output and exits as the command did, with the exit codes of `invoke`. A command that has not finished is reported on stderr, with exit code 75; --wait follows it to its end instead. Ctrl-C and SIGTERM end the waiting, not the command.',
  ].join('\n\n'),
  examples: [
    { line: 'longarm result 0e9872e6629349dc865e27ee6f8bab2d', explains: 'in the connection’s own cluster' },
    {
      line: 'longarm result local 0e9872e6629349dc865e27ee6f8bab2d --wait',
      explains: 'goes on where `invoke` was cut off',
    },
    {
      line: 'longarm result local 0e9872e6629349dc865e27ee6f8bab2d -o json',
      explains: 'state, times and logs for a program',
    },
  ],
  failureExitCode: exitCodes.couldNotRun,
  configure: (command) => {
    command
      .argument('<cluster-or-id>', 'cluster; or the id, in the connection’s own cluster')
      .argument('[id]', 'the command’s id')
      .option('--wait', 'wait for the end');
    addFormatOption(command);
    addConnectionOptions(command);
  },
  run: (call) =>
    withConnection(call, (connected) => run(call, connected), { onlyAsks: !isGiven(call.options, 'wait') }),
};

async function run(call: VerbCall, connected: Connected): Promise<number> {
  const { context, operands, options } = call;
  const { client } = connected;
  const command = commandOf(connected, operands);
  const asJson = wantsJson(options);
  if (isGiven(options, 'wait')) {
    const interrupts = listenForInterrupts(call, 1);
    try {
      return await attendCommand({ context, client, command, asJson, interrupts, cancels: false });
    } finally {
      interrupts.release();
    }
  }
  const state = await client.result(command);
  if (asJson) await printJson(context, flatResult(state.result));
  if (!state.finished) {
    say(context, `Command ${command.id} has not finished: ${describeState(state.result)}.`);
    return exitCodes.notFinished;
  }
  if (asJson) return sayHowItEnded(context, state.result, undefined, false);
  if (hasWholeOutput(state.result)) {
    await writeLogs(context, state.result);
    return sayHowItEnded(context, state.result, undefined, false);
  }
  const copied = await copyOutput(context, client, command, {});
  return sayHowItEnded(context, copied.result, copied.damage, false);
}
