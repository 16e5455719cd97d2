import { ownIssuerName } from '../../core/principal.ts';
import { nearestWord } from '../../config/nearest-word.ts';
import { roleByName, roles } from '../../core/role.ts';
import { ArmError } from '../../client/arm-error.ts';
import type { RoleAssignmentView } from '../../client/role-assignments.ts';
import type { Scope } from '../../core/scope.ts';
import { addConnectionOptions, type Connected, withConnection } from '../connect.ts';
import { givenText } from '../given-options.ts';
import { addFormatOption, wantsJson } from '../output-format.ts';
import { say } from '../paint.ts';
import { printJson } from '../print-json.ts';
import { addScopeOptions, namesScope, scopeOf } from '../scope-option.ts';
import { UsageError } from '../usage-error.ts';
import type { VerbBody } from '../verb.ts';

/** `longarm role assign ROLE PRINCIPAL` */
export const roleAssign: VerbBody = {
  description: roles.map(({ name, description }) => `${name}: ${description}`).join('\n\n'),
  examples: [
    { line: 'longarm role assign command-runner 3f2c… --cluster local', explains: 'may run commands in one cluster' },
    {
      line: 'longarm role assign command-runner 3f2c… --cluster prod --service-account view',
      explains: 'whose commands may do there what that service account may',
    },
    {
      line: 'longarm role assign reader 7aa1… --group --issuer https://login.microsoftonline.com/TENANT/v2.0',
      explains: 'somebody of an issuer that the server trusts',
    },
  ],
  configure: (command) => {
    command
      .argument('<role>', roles.map(({ name }) => name).join(', '))
      .argument('<principal>', 'object id of the principal: `oid` of its tokens, else `sub`')
      .option('--issuer <url>', 'the issuer of its tokens, where that is not this server')
      .option('--service-account <name>', 'what its commands run as, where the cluster runs them in pods');
    addScopeOptions(command);
    addFormatOption(command);
    addConnectionOptions(command);
  },
  run: (call) =>
    withConnection(
      call,
      async (connected) => {
        const [roleName = '', principalId = ''] = call.operands;
        const role = roleByName(roleName);
        if (role === undefined) {
          const names = roles.map(({ name }) => name);
          const nearest = nearestWord(roleName, names);
          const advice = nearest === undefined ? `there are ${names.join(', ')}.` : `did you mean ${nearest}?`;
          throw new UsageError(`There is no role "${roleName}"; ${advice}`);
        }
        if (!namesScope(call.options)) throw new UsageError('Where? Give --cluster, --group, or --scope.');
        const scope = scopeOf(connected, call.options);
        const issuer = givenText(call.options, 'issuer');
        const serviceAccount = givenText(call.options, 'serviceAccount');
        const asked = { scope, roleId: role.id, principalId, issuer, serviceAccount };
        const existing = await findSame(connected, asked);
        if (existing !== undefined) {
          if (wantsJson(call.options)) await printJson(call.context, existing);
          say(
            call.context,
            `${principalId} is ${role.name} at ${scope} already (assignment ${existing.name}); nothing was made.`,
          );
          return 0;
        }
        const assignment = await connected.client.roleAssignments.assign(scope, role, principalId, {
          issuer,
          serviceAccount,
        });
        if (wantsJson(call.options)) await printJson(call.context, assignment);
        else say(call.context, `${principalId} is ${role.name} at ${scope} (assignment ${assignment.name}).`);
        return 0;
      },
      { onlyAsks: true },
    ),
};

type Asked = Pick<RoleAssignmentView, 'roleId' | 'principalId' | 'issuer' | 'serviceAccount'> & {
  readonly scope: Scope;
};

/** The assignment that says the very same; `undefined` where there is none, or none may be seen. */
async function findSame({ client, connection }: Connected, asked: Asked): Promise<RoleAssignmentView | undefined> {
  // What the server calls itself where an assignment names no issuer; not known of a token that was brought.
  const own = connection.client === undefined ? undefined : ownIssuerName(connection.client);
  try {
    for await (const each of client.roleAssignments.list(asked.scope)) {
      const isSame =
        each.scope.toLowerCase() === asked.scope.toLowerCase() &&
        each.roleId === asked.roleId &&
        each.principalId === asked.principalId &&
        each.serviceAccount === asked.serviceAccount &&
        (each.issuer ?? own) === (asked.issuer ?? own);
      if (isSame) return each;
    }
    return undefined;
  } catch (error) {
    if (error instanceof ArmError && error.status === 403) return undefined;
    throw error;
  }
}
