import { addConnectionOptions, withConnection } from '../connect.ts';
import { printJson } from '../print-json.ts';
import type { VerbBody } from '../verb.ts';

/** `longarm cluster show CLUSTER` */
export const clusterShow: VerbBody = {
  description: 'Prints the cluster as ARM shows it, in JSON.',
  examples: [{ line: 'longarm cluster show local', explains: 'its executor, limits and switches' }],
  configure: (command) => {
    command.argument('[cluster]', 'NAME, GROUP/NAME, or the whole ARM id; else the connection’s own');
    addConnectionOptions(command);
  },
  run: (call) =>
    withConnection(
      call,
      async (connected) => {
        await printJson(call.context, await connected.client.clusters.get(connected.clusterOf(call.operands[0])));
        return 0;
      },
      { onlyAsks: true },
    ),
};
