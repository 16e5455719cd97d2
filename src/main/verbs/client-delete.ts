import { say } from '../../cli/paint.ts';
import type { VerbBody } from '../../cli/verb.ts';
import { ownIssuerName } from '../../core/principal.ts';
import type { Store } from '../../ports/store.ts';
import type { ServerIdentity } from '../data-directory.ts';
import { randomIds as ids } from '../random-ids.ts';
import { systemClock as clock } from '../system-clock.ts';
import { withDataDirectory } from '../with-data-directory.ts';
import { addDataDirectoryOptions } from './client-create.ts';

/** `longarm client delete CLIENT_ID`. */
export const clientDelete: VerbBody = {
  description:
    'Removes a client and its role assignments. It can sign in no more; a token that it still has is good for seeing and cancelling the commands it submitted itself, and that for an hour at most. Acts on the data directory.',
  examples: [{ line: 'longarm client delete 3f2a…', explains: 'by the id that `client list` shows' }],
  configure: (command) => {
    command.argument('<client-id>', 'the client’s id');
    addDataDirectoryOptions(command);
  },
  run: async (call) => {
    const [id = ''] = call.operands;
    const removed = await withDataDirectory(call, false, (store, identity) => removeClient(store, identity, id));
    say(call.context, removed ? `Client ${id} is removed.` : `There is no client ${id}.`, removed ? 'good' : 'bad');
    return removed ? 0 : 1;
  },
};

async function removeClient(store: Store, identity: ServerIdentity, id: string): Promise<boolean> {
  return store.write(async ({ directory, audit }) => {
    const client = await directory.findClient(id);
    if (client === undefined) return false;
    const assignments = await directory.assignmentsOf(ownIssuerName(identity), client.principalId);
    for (const assignment of assignments) await directory.removeAssignment(assignment.id);
    await directory.removeClient(client.id);
    await audit.append({
      at: clock.now(),
      verb: 'client.delete',
      principal: undefined,
      target: client.id,
      correlationId: ids.uuid(),
      details: { name: client.name, roleAssignments: assignments.length },
    });
    return true;
  });
}
