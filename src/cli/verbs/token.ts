import { addConnectionOptions, withConnection } from '../connect.ts';
import type { VerbBody } from '../verb.ts';
import { flushOutput, writeOutput } from '../write-output.ts';

/** `longarm token` */
export const token: VerbBody = {
  description:
    'Prints a token for the connection’s client, for curl and programs. Whoever has it may do what the client may.',
  examples: [
    {
      line: 'curl --cacert ca.pem -H "Authorization: Bearer $(longarm token)" https://localhost:8443/subscriptions?api-version=2022-12-01',
      explains: 'ask the API directly',
    },
  ],
  configure: (command) => {
    addConnectionOptions(command);
  },
  run: (call) =>
    withConnection(
      call,
      async ({ client }) => {
        const { stream } = call.context.stdout;
        await writeOutput(stream, `${await client.token()}\n`);
        await flushOutput(stream);
        return 0;
      },
      { onlyAsks: true },
    ),
};
