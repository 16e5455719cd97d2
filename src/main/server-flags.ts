import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { configFilePath, loadConfigFile } from '../config/config-file.ts';
import { describeOptions } from '../config/options.ts';
import { resolveConfig } from '../config/resolve-config.ts';
import type { CliContext } from '../cli/context.ts';

type Options = Readonly<Record<string, unknown>>;

/** Declares a flag for every row of the options table. */
export function addServerFlags(command: Command): void {
  command.option('--config <file>', 'configuration file (else LONGARM_CONFIG, else /etc/longarm/longarm.yaml)');
  for (const { flag, type, default: fallback, description, group } of describeOptions()) {
    const value = type.syntax === '`on` or `off`' ? '<on|off>' : '<value>';
    const stated = fallback === undefined ? '' : ` (default: ${fallback})`;
    command.optionsGroup(`${group}:`).option(`${flag} ${value}`, `${description.replaceAll('`', '')}${stated}`);
  }
  command.optionsGroup('Options:');
}

/**
 * Resolves the configuration from the flags, the environment and the file.
 * @throws {ConfigError} with all that is wrong.
 */
export async function readConfig(context: CliContext, options: Options): Promise<Config> {
  const named = typeof options['config'] === 'string' ? options['config'] : undefined;
  const { path, required } = configFilePath(named, context.environment['LONGARM_CONFIG']);
  const file = await loadConfigFile(path, required);
  const flags: Record<string, string | undefined> = {};
  for (const { flag, name } of describeOptions()) {
    const value = options[attributeOf(flag)];
    if (typeof value === 'string') flags[name] = value;
  }
  return resolveConfig({ flags, environment: context.environment, file });
}

/** How commander names the value of a flag. */
function attributeOf(flag: string): string {
  return flag.slice(2).replaceAll(/-([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
