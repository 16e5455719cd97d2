import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { machineClock } from '../../src/client/client-clock.ts';
import type { CliContext, Terminal } from '../../src/cli/context.ts';
import { createProgram, loadVerbs } from '../../src/cli/program.ts';
import { serverVerbs } from '../../src/main/server-verbs.ts';

/** As wide as a page of documentation shows without scrolling. */
const columns = 100;

/** A terminal that keeps what is written to it. */
function paper(): { readonly terminal: Terminal; readonly take: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const take = (): string => {
    const taken = text;
    text = '';
    return taken;
  };
  return { terminal: { stream, isTTY: false, columns: () => columns }, take };
}

/** The command and all below it that do something, each with the words that call it. */
function commandsBelow(command: Command, words: string): readonly (readonly [words: string, command: Command])[] {
  const below = command.commands.filter((child) => child.name() !== 'help');
  return [[words, command], ...below.flatMap((child) => commandsBelow(child, `${words} ${child.name()}`))];
}

/** What `--help` prints, for the program and every verb, as Markdown. */
export async function commandReference(): Promise<string> {
  const { terminal, take } = paper();
  const context: CliContext = {
    stdin: process.stdin,
    stdout: terminal,
    stderr: terminal,
    environment: {},
    workingDirectory: '/',
    version: '',
    clock: machineClock,
    onInterrupt: () => () => undefined,
    onTerminate: () => () => undefined,
    stdinHasInput: () => false,
    setExitCode: () => undefined,
    serverVerbs,
  };
  const program = createProgram(context);
  await loadVerbs(program);
  const sections = commandsBelow(program, 'longarm').map(([words, command]) => {
    command.outputHelp();
    return `### \`${words}\`\n\n\`\`\`text\n${take().trimEnd()}\n\`\`\``;
  });
  return sections.join('\n\n');
}
