import { parseScope } from '../../core/scope.ts';
import { addConnectionOptions, withConnection } from '../connect.ts';
import { say } from '../paint.ts';
import { addScopeOptions, scopeOf } from '../scope-option.ts';
import { UsageError } from '../usage-error.ts';
import type { VerbBody } from '../verb.ts';

/** `longarm role remove ASSIGNMENT` */
export const roleRemove: VerbBody = {
  description: 'The assignment is named by its GUID and its scope, or by its whole ARM id.',
  examples: [
    { line: 'longarm role remove 5d0e… --cluster local', explains: 'as `role list` shows it' },
    { line: 'longarm role remove 5d0e… --scope /', explains: 'one that holds everywhere' },
  ],
  configure: (command) => {
    command.argument('<assignment>', 'its name (a GUID), or its whole ARM id');
    addScopeOptions(command);
    addConnectionOptions(command);
  },
  run: (call) =>
    withConnection(
      call,
      async (connected) => {
        const [named = ''] = call.operands;
        const whole = /^(.*)\/providers\/Microsoft\.Authorization\/roleAssignments\/([^/]+)$/i.exec(named);
        const name = whole?.[2] ?? named;
        const scope =
          whole === null ? scopeOf(connected, call.options) : parseScope(whole[1] === '' ? '/' : (whole[1] ?? ''));
        if (scope === undefined) throw new UsageError(`"${named}" is not the ARM id of a role assignment.`);
        if (!(await connected.client.roleAssignments.remove(scope, name))) {
          say(
            call.context,
            `There is no role assignment ${name} at ${scope}. \`longarm role list\` shows name and scope of each.`,
            'bad',
          );
          return 1;
        }
        say(call.context, `The role assignment ${name} was removed.`);
        return 0;
      },
      { onlyAsks: true },
    ),
};
