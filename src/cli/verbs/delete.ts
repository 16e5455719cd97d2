import { addConnectionOptions, commandOf, withConnection } from '../connect.ts';
import { say } from '../paint.ts';
import type { VerbBody } from '../verb.ts';

/** `longarm delete CLUSTER ID` */
export const deleteVerb: VerbBody = {
  description:
    'Removes the command, its result and its output. A command that has not finished is cancelled first, not here.',
  examples: [
    { line: 'longarm delete local 0e9872e6629349dc865e27ee6f8bab2d', explains: 'before its retention is over' },
  ],
  configure: (command) => {
    command
      .argument('<cluster-or-id>', 'cluster; or the id, in the connection’s own cluster')
      .argument('[id]', 'the command’s id');
    addConnectionOptions(command);
  },
  run: (call) =>
    withConnection(call, async (connected) => {
      const command = commandOf(connected, call.operands);
      await connected.client.deleteResult(command);
      say(call.context, `Command ${command.id} was deleted.`);
      return 0;
    }),
};
