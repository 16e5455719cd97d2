import { type Command, Option } from 'commander';

/** Declares `-o`. */
export function addFormatOption(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'human for people, json for programs')
      .choices(['human', 'json'])
      .default('human'),
  );
}

/** Whether programs are to read what is printed. */
export function wantsJson(options: Readonly<Record<string, unknown>>): boolean {
  return options['output'] === 'json';
}
