import { addConnectionOptions, withConnection } from '../connect.ts';
import { say } from '../paint.ts';
import type { VerbBody } from '../verb.ts';

/** `longarm cluster enable CLUSTER` */
export const clusterEnable = switchTo(
  false,
  'Sets Azure’s own switch, apiServerAccessProfile.disableRunCommand, to false.',
  'after an incident, for example',
);

/** `longarm cluster disable CLUSTER` */
export const clusterDisable = switchTo(
  true,
  'Sets Azure’s own switch, apiServerAccessProfile.disableRunCommand, to true. Commands that wait or run are stopped and end as failed, reason RunCommandDisabled.',
  'at once, whatever runs',
);

function switchTo(disableRunCommand: boolean, description: string, explains: string): VerbBody {
  return {
    description,
    examples: [{ line: `longarm cluster ${disableRunCommand ? 'disable' : 'enable'} local`, explains }],
    configure: (command) => {
      command.argument('<cluster>', 'NAME, GROUP/NAME, or the whole ARM id');
      addConnectionOptions(command);
    },
    run: (call) =>
      withConnection(
        call,
        async (connected) => {
          const address = connected.clusterOf(call.operands[0]);
          // PUT replaces the resource, so all that it has goes back with it.
          const { location, tags, properties } = await connected.client.clusters.get(address);
          await connected.client.clusters.put(address, {
            location,
            ...(tags === undefined ? {} : { tags }),
            properties: {
              ...properties,
              apiServerAccessProfile: { ...properties.apiServerAccessProfile, disableRunCommand },
            },
          });
          say(call.context, `Run command is ${disableRunCommand ? 'off' : 'on'} for cluster ${address.name}.`);
          return 0;
        },
        { onlyAsks: true },
      ),
  };
}
