import type { Command, Option } from 'commander';
import { exampleLinesOf, loadVerbs } from './program.ts';

/** The whole of `docs/cli.md`, made of the program itself. */
export async function cliMarkdown(program: Command): Promise<string> {
  await loadVerbs(program);
  const verbs = leavesOf(program).filter(({ path }) => path !== 'longarm help');
  const contents = verbs.map(({ path, command }) => `- [\`${path}\`](#${anchorOf(path)}): ${command.summary()}`);
  return [
    '# Command line',
    '<!-- Written by `npm run docs` from `src/cli/`. Change it there. -->',
    program.description(),
    'What programs want goes to stdout, everything else to stderr. `-o json` prints JSON. Colours are off where stderr or stdout is no terminal, and where `NO_COLOR` is set.',
    contents.join('\n'),
    ...verbs.map(({ path, command }) => describe(path, command)),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function leavesOf(command: Command, before = ''): readonly { readonly path: string; readonly command: Command }[] {
  const path = before === '' ? command.name() : `${before} ${command.name()}`;
  if (command.commands.length === 0) return [{ path, command }];
  return command.commands.flatMap((child) => leavesOf(child, path));
}

function describe(path: string, command: Command): string {
  const operands = command.registeredArguments.map((operand) => {
    const name = `${operand.name()}${operand.variadic ? '…' : ''}`;
    return { usage: operand.required ? `<${name}>` : `[${name}]`, description: operand.description };
  });
  const usage = [path, '[options]', ...operands.map((operand) => operand.usage)].join(' ');
  const examples = exampleLinesOf(command).map(({ line, explains }) => `# ${explains}\n${line}`);
  const rows = command.options.map(
    (option) => `| \`${escapeCell(option.flags)}\` | ${escapeCell(describeOption(option))} |`,
  );
  return [
    `## \`${path}\``,
    command.description(),
    `\`\`\`text\n${usage}\n\`\`\``,
    ...(operands.length === 0 ? [] : [operands.map((each) => `- \`${each.usage}\`: ${each.description}`).join('\n')]),
    ...(rows.length === 0 ? [] : [`| option | meaning |\n| --- | --- |\n${rows.join('\n')}`]),
    ...(examples.length === 0 ? [] : [`\`\`\`sh\n${examples.join('\n')}\n\`\`\``]),
  ].join('\n\n');
}

function describeOption(option: Option): string {
  const choices = option.argChoices === undefined ? '' : ` (${option.argChoices.join(', ')})`;
  const fallback = typeof option.defaultValue === 'string' ? `; default \`${option.defaultValue}\`` : '';
  return `${option.description}${choices}${fallback}`;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function anchorOf(path: string): string {
  return path.toLowerCase().replaceAll(' ', '-');
}
