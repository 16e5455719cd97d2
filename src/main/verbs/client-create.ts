import type { Command } from 'commander';
import { givenText } from '../../cli/given-options.ts';
import { addFormatOption, wantsJson } from '../../cli/output-format.ts';
import { printJson } from '../../cli/print-json.ts';
import { UsageError } from '../../cli/usage-error.ts';
import type { VerbBody, VerbCall } from '../../cli/verb.ts';
import { writeOutput } from '../../cli/write-output.ts';
import { roleByName, roles } from '../../core/role.ts';
import { parseScope } from '../../core/scope.ts';
import { type FirstRole, registerClient } from '../new-client.ts';
import { withDataDirectory } from '../with-data-directory.ts';

/** Declares where the data directory is, for the verbs that act on it. */
export function addDataDirectoryOptions(command: Command): void {
  command
    .option('--data-dir <value>', 'the server’s data directory (default: $XDG_STATE_HOME/longarm)')
    .option('--config <file>', 'the server’s configuration file');
}

/** `longarm client create NAME`: how the first administrator comes to be. */
export const clientCreate: VerbBody = {
  description: [
    'Registers a client at the server’s own token endpoint and prints its id and secret. The secret is shown this once; only its digest is kept.',
    'Acts on the data directory, so it needs the rights of the server’s user and no token; a server that is running sees the client at once.',
  ].join('\n\n'),
  examples: [
    { line: 'longarm client create admin --role administrator --scope /', explains: 'the first administrator' },
    {
      line: 'longarm client create pipeline --role command-runner --scope /subscriptions/…/resourceGroups/prod',
      explains: 'one that runs commands in one resource group',
    },
  ],
  configure: (command) => {
    command
      .argument('<name>', 'what people call it')
      .option('--role <name>', `a role to begin with: ${roles.map(({ name }) => name).join(', ')}`)
      .option('--scope <scope>', 'where the role counts: /, a subscription, a resource group or a cluster', '/');
    addFormatOption(command);
    addDataDirectoryOptions(command);
  },
  run: async (call) => {
    const [name = ''] = call.operands;
    const first = firstRole(call);
    const made = await withDataDirectory(call, true, async (store, identity) => ({
      ...(await registerClient(store, identity, name, first)),
      tenantId: identity.tenantId,
    }));
    const { client, secret, tenantId } = made;
    const facts = { name, tenantId, clientId: client.id, principalId: client.principalId, clientSecret: secret };
    if (wantsJson(call.options)) {
      await printJson(call.context, facts);
      return 0;
    }
    const lines = Object.entries(facts).map(([key, value]) => `${key.padEnd(12)}  ${value}\n`);
    await writeOutput(call.context.stdout.stream, lines.join(''));
    return 0;
  },
};

function firstRole({ options }: VerbCall): FirstRole | undefined {
  const name = givenText(options, 'role');
  if (name === undefined) return undefined;
  const role = roleByName(name);
  if (role === undefined) {
    throw new UsageError(`There is no role "${name}". Roles are ${roles.map((each) => each.name).join(', ')}.`);
  }
  const text = givenText(options, 'scope') ?? '/';
  const scope = parseScope(text);
  if (scope === undefined) throw new UsageError(`"${text}" is not a scope, such as / or /subscriptions/ID.`);
  return { role, scope };
}
