import { addFormatOption, wantsJson } from '../../cli/output-format.ts';
import { printJson } from '../../cli/print-json.ts';
import { formatTable } from '../../cli/table.ts';
import type { VerbBody } from '../../cli/verb.ts';
import { writeOutput } from '../../cli/write-output.ts';
import { toRfc3339 } from '../../core/instant.ts';
import { withDataDirectory } from '../with-data-directory.ts';
import { addDataDirectoryOptions } from './client-create.ts';

/** `longarm client list`. */
export const clientList: VerbBody = {
  description: 'Lists the clients that are registered at the server’s own token endpoint. Acts on the data directory.',
  examples: [{ line: 'longarm client list -o json', explains: 'for programs' }],
  configure: (command) => {
    addFormatOption(command);
    addDataDirectoryOptions(command);
  },
  run: async (call) => {
    const clients = await withDataDirectory(call, false, (store) => store.read(({ directory }) => directory.clients()));
    const shown = clients.map(({ id, principalId, name, createdAt }) => ({
      name,
      clientId: id,
      principalId,
      createdAt: toRfc3339(createdAt),
    }));
    if (wantsJson(call.options)) {
      await printJson(call.context, shown);
      return 0;
    }
    const rows = shown.map(({ name, clientId, principalId, createdAt }) => [name, clientId, principalId, createdAt]);
    await writeOutput(call.context.stdout.stream, formatTable(['NAME', 'CLIENT ID', 'PRINCIPAL ID', 'CREATED'], rows));
    return 0;
  },
};
