import type { RoleAssignmentView } from '../../client/role-assignments.ts';
import { roleById } from '../../core/role.ts';
import { addConnectionOptions, withConnection } from '../connect.ts';
import { addFormatOption, wantsJson } from '../output-format.ts';
import { printJson } from '../print-json.ts';
import { addScopeOptions, scopeOf } from '../scope-option.ts';
import { formatTable } from '../table.ts';
import type { VerbBody } from '../verb.ts';
import { flushOutput, writeOutput } from '../write-output.ts';

/** `longarm role list` */
export const roleList: VerbBody = {
  description: 'Shows the role assignments at a scope; without one, those of the connection’s subscription.',
  examples: [
    { line: 'longarm role list', explains: 'in the subscription' },
    { line: 'longarm role list --cluster local -o json', explains: 'of one cluster, for a program' },
  ],
  configure: (command) => {
    addScopeOptions(command);
    addFormatOption(command);
    addConnectionOptions(command);
  },
  run: (call) =>
    withConnection(
      call,
      async (connected) => {
        const found: RoleAssignmentView[] = [];
        for await (const each of connected.client.roleAssignments.list(scopeOf(connected, call.options)))
          found.push(each);
        if (wantsJson(call.options)) {
          await printJson(call.context, found);
          return 0;
        }
        const anyAccount = found.some(({ serviceAccount }) => serviceAccount !== undefined);
        const columns = ['NAME', 'ROLE', 'PRINCIPAL', 'SCOPE', ...(anyAccount ? ['SERVICE ACCOUNT'] : [])];
        const rows = found.map(({ name, roleId, principalId, scope, issuer, serviceAccount = '' }) => [
          name,
          roleById(roleId)?.name ?? roleId,
          issuer === undefined ? principalId : `${issuer}|${principalId}`,
          scope,
          ...(anyAccount ? [serviceAccount] : []),
        ]);
        const { stdout } = call.context;
        await writeOutput(stdout.stream, formatTable(columns, rows, stdout.isTTY ? stdout.columns() : undefined));
        await flushOutput(stdout.stream);
        return 0;
      },
      { onlyAsks: true },
    ),
};
