import { addConnectionOptions, withConnection } from '../connect.ts';
import { say } from '../paint.ts';
import type { VerbBody } from '../verb.ts';

/** `longarm cluster delete CLUSTER` */
export const clusterDelete: VerbBody = {
  description: 'Removes the cluster from Longarm, with the records of its commands. The cluster itself is not touched.',
  examples: [{ line: 'longarm cluster delete staging', explains: 'refused while commands are unfinished' }],
  configure: (command) => {
    command.argument('<cluster>', 'NAME, GROUP/NAME, or the whole ARM id');
    addConnectionOptions(command);
  },
  run: (call) =>
    withConnection(
      call,
      async (connected) => {
        const address = connected.clusterOf(call.operands[0]);
        if (!(await connected.client.clusters.remove(address))) {
          say(
            call.context,
            `There is no cluster ${address.name} in the resource group ${address.resourceGroup}.`,
            'bad',
          );
          return 1;
        }
        say(call.context, `Cluster ${address.name} was deleted.`);
        return 0;
      },
      { onlyAsks: true },
    ),
};
