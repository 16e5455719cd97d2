import { type Command, Option } from 'commander';
import { describeOptions } from '../config/options.ts';
import { switchType } from '../config/value-type.ts';

/**
 * Declares the settings of the options table as flags, for the verbs of the server. Values stay as they were typed:
 * `resolveConfig` takes them as `flags` and does all the parsing.
 * @param names only these options, by name; all of them where it is absent.
 */
export function addConfigOptions(command: Command, names?: readonly string[]): Command {
  for (const row of describeOptions()) {
    if (names !== undefined && !names.includes(row.name)) continue;
    const isSwitch = row.type.syntax === switchType.syntax;
    const value = isSwitch ? '[on|off]' : '<value>';
    const fallback = row.default === undefined ? '' : ` (default ${row.default})`;
    const option = new Option(`${row.flag} ${value}`, `${row.description}${fallback}`);
    option.helpGroup(`${row.group}:`);
    command.addOption(option);
  }
  return command;
}
