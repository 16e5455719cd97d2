import { ArmError } from '../../client/arm-error.ts';
import type { CommandRef } from '../../client/session.ts';
import { addConnectionOptions, commandOf, type Connected, withConnection } from '../connect.ts';
import { endingOf } from '../exit-code.ts';
import { say } from '../paint.ts';
import type { VerbBody } from '../verb.ts';

/** `longarm cancel CLUSTER ID` */
export const cancel: VerbBody = {
  description:
    'The command gets TERM, and KILL when its grace is over; its output is kept. Returns once the request was taken: `longarm result --wait` tells when it has stopped. Cancelling twice does no harm, and a finished command stays as it ended.',
  examples: [{ line: 'longarm cancel local 0e9872e6629349dc865e27ee6f8bab2d', explains: 'stop it' }],
  configure: (command) => {
    command
      .argument('<cluster-or-id>', 'cluster; or the id, in the connection’s own cluster')
      .argument('[id]', 'the command’s id');
    addConnectionOptions(command);
  },
  run: (call) =>
    withConnection(call, async (connected) => {
      const command = commandOf(connected, call.operands);
      const ended = await endOf(connected, command);
      if (ended !== undefined) {
        say(call.context, `Command ${command.id} had already ended: ${ended}.`);
        return 0;
      }
      await connected.client.cancel(command);
      say(call.context, `Command ${command.id} was told to stop.`);
      return 0;
    }),
};

/** How the command has ended; `undefined` where it has not, or where whoever may cancel it may not see it. */
async function endOf({ client }: Connected, command: CommandRef): Promise<string | undefined> {
  try {
    const { result, finished } = await client.result(command);
    if (!finished) return undefined;
    const ending = endingOf(result);
    return ending.type === 'exited'
      ? `exit code ${ending.exitCode}`
      : ending.type === 'cancelled'
        ? 'cancelled'
        : ending.reason;
  } catch (error) {
    if (error instanceof ArmError && error.status === 403) return undefined;
    throw error;
  }
}
