import type { ManagedCluster } from '../../wire/managed-cluster-schema.ts';
import { addConnectionOptions, withConnection } from '../connect.ts';
import { isGiven } from '../given-options.ts';
import { addFormatOption, wantsJson } from '../output-format.ts';
import { printJson } from '../print-json.ts';
import { formatTable } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import type { VerbBody } from '../verb.ts';
import { flushOutput, writeOutput } from '../write-output.ts';

/** `longarm cluster list` */
export const clusterList: VerbBody = {
  description: 'Shows the clusters of the subscription that you may see.',
  examples: [
    { line: 'longarm cluster list', explains: 'in all resource groups' },
    { line: 'longarm cluster list -g production --only-group -o json', explains: 'of one group, for a program' },
  ],
  configure: (command) => {
    command.option('--only-group', 'only those of the resource group');
    addFormatOption(command);
    addConnectionOptions(command);
  },
  run: (call) =>
    withConnection(
      call,
      async ({ client, connection }) => {
        const { subscriptionId, resourceGroup } = connection;
        if (subscriptionId === undefined) throw new UsageError('Which subscription? Give --subscription ID.');
        const clusters: ManagedCluster[] = [];
        const group = isGiven(call.options, 'onlyGroup') ? resourceGroup : undefined;
        for await (const cluster of client.clusters.list(subscriptionId, group)) clusters.push(cluster);
        if (wantsJson(call.options)) {
          await printJson(call.context, clusters);
          return 0;
        }
        const rows = clusters.map(({ id, name, location, properties }) => [
          /\/resourceGroups\/([^/]+)/i.exec(id)?.[1] ?? '',
          name,
          location,
          properties.apiServerAccessProfile.disableRunCommand ? 'off' : 'on',
          properties.longarm?.executor ?? '',
        ]);
        const { stdout } = call.context;
        await writeOutput(
          stdout.stream,
          formatTable(
            ['GROUP', 'NAME', 'LOCATION', 'RUN COMMAND', 'EXECUTOR'],
            rows,
            stdout.isTTY ? stdout.columns() : undefined,
          ),
        );
        await flushOutput(stdout.stream);
        return 0;
      },
      { onlyAsks: true },
    ),
};
