import { addConnectionOptions, commandOf, withConnection } from '../connect.ts';
import { say } from '../paint.ts';
import type { VerbBody } from '../verb.ts';

/** `longarm cancel CLUSTER ID` */
export const cancel: VerbBody = {
  description:
    'The command gets TERM, and KILL when its grace is over; its output is kept. Returns once the request was taken: `longarm result --wait` tells when it has stopped. Cancelling twice, or a finished command, does no harm.',
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
      await connected.client.cancel(command);
      say(call.context, `Command ${command.id} was told to stop.`);
      return 0;
    }),
};
