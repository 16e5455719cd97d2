import { Command, CommanderError } from 'commander';
import { ArmError } from '../client/arm-error.ts';
import { ConfigError } from '../config/config-problem.ts';
import { nearestWord } from '../config/nearest-word.ts';
import { clientVerbs } from './client-verbs.ts';
import type { CliContext } from './context.ts';
import { exitCodes } from './exit-code.ts';
import { paint, say, showsColour } from './paint.ts';
import { UsageError } from './usage-error.ts';
import type { Verb, VerbBody } from './verb.ts';

const groupSummaries: Readonly<Record<string, string>> = {
  cluster: 'See, make and change clusters',
  role: 'See, give and take back rights',
  client: 'Register clients that may sign in (acts on the data directory)',
};

// What a verb needs before it can be parsed or explained; gone once it was done.
const loaders = new WeakMap<Command, () => Promise<void>>();

/** The command `longarm`. A verb's own file is imported when that verb is used, or `loadVerbs` asks for all. */
export function createProgram(context: CliContext): Command {
  const program = new Command('longarm')
    .description('Run commands in Kubernetes clusters over Azure’s Run Command API, and see their true results.')
    .version(context.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help; also for each verb')
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
    .configureOutput({
      writeOut: (text) => context.stdout.stream.write(text),
      writeErr: (text) => context.stderr.stream.write(text),
      outputError: (text, write) => write(paint(context, context.stderr, 'bad', text)),
      getOutHelpWidth: () => Math.min(context.stdout.columns(), 110),
      getErrHelpWidth: () => Math.min(context.stderr.columns(), 110),
      getOutHasColors: () => showsColour(context, context.stdout),
      getErrHasColors: () => showsColour(context, context.stderr),
    });
  for (const verb of [...clientVerbs, ...context.serverVerbs]) addVerb(context, program, verb);
  program
    .command('help')
    .argument('[verb...]')
    .description('Explain a verb')
    .action(async (words: string[]) => {
      const command = words.reduce(childOrComplain, program);
      await loadVerbs(command);
      command.outputHelp();
    });
  prepareBeforeUse(program);
  return program;
}

/** Completes a command and everything below it, for whoever wants to describe it. */
export async function loadVerbs(command: Command): Promise<void> {
  await loaders.get(command)?.();
  for (const child of command.commands) await loadVerbs(child);
}

/** Parses the words of the command line (without node and script), acts, and sets the exit code. Never throws. */
export async function runCli(context: CliContext, words: readonly string[]): Promise<void> {
  // A reader that goes away shows where something is written; without a listener it would end the process.
  context.stdout.stream.on('error', () => undefined);
  context.stderr.stream.on('error', () => undefined);
  try {
    await createProgram(context).parseAsync([...words], { from: 'user' });
  } catch (error) {
    context.setExitCode(reportError(context, error, 1));
  }
}

function addVerb(context: CliContext, program: Command, verb: Verb): void {
  const [first = '', second] = verb.name.split(' ');
  const parent = second === undefined ? program : groupOf(program, first);
  const command = parent
    .command(second ?? first)
    .summary(verb.summary)
    .description(`${verb.summary}.`);
  loaders.set(command, async () => {
    loaders.delete(command);
    define(context, command, verb, await verb.load());
  });
}

function groupOf(program: Command, name: string): Command {
  const existing = childOf(program, name);
  if (existing !== undefined) return existing;
  const group = program.command(name).description(groupSummaries[name] ?? name);
  prepareBeforeUse(group);
  return group;
}

function prepareBeforeUse(parent: Command): void {
  parent.hook('preSubcommand', (_parent, command) => loaders.get(command)?.());
}

function define(context: CliContext, command: Command, verb: Verb, body: VerbBody): void {
  command.description(`${verb.summary}.\n\n${body.description}`);
  body.configure(command);
  const lines = body.examples.map(({ line, explains }) => `  ${line}\n      ${explains}`);
  command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
  const onTerminate = (listener: () => void): (() => void) => context.onTerminate(listener);
  command.exitOverride((error) => {
    if (error.exitCode !== 0) context.stdout.stream.write(body.failureOutput ?? '');
    const isOption = ['commander.unknownOption', 'commander.invalidArgument'].includes(error.code);
    if (isOption && takesCommand(command)) {
      say(context, `Options of your command go behind --, for example: longarm ${verb.name} … -- ls -l`);
    }
    throw error;
  });
  command.action(async () => {
    let code: number;
    try {
      code = await body.run({ context, operands: command.args, options: command.opts(), onTerminate });
    } catch (error) {
      code = reportError(context, error, body.failureExitCode ?? 1);
    }
    if (code !== 0) context.stdout.stream.write(body.failureOutput ?? '');
    context.setExitCode(code);
  });
}

/** Whether the verb takes the words of a command, which have options of their own. */
function takesCommand(command: Command): boolean {
  return command.registeredArguments.some(({ variadic }) => variadic);
}

function childOf(command: Command | undefined, name: string): Command | undefined {
  return command?.commands.find((child) => child.name() === name);
}

function childOrComplain(command: Command, name: string): Command {
  const child = childOf(command, name);
  if (child !== undefined) return child;
  const nearest = nearestWord(
    name,
    command.commands.map((each) => each.name()),
  );
  const advice = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  throw new UsageError(`There is no verb "${name}" in \`${pathOf(command)}\`.${advice} --help shows all.`);
}

/** The words that call a command, the program's own name first. */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** Tells the user what went wrong, and gives the exit code for it. */
function reportError(context: CliContext, error: unknown, failureExitCode: number): number {
  // Commander has said already what there was to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  if (error instanceof UsageError) {
    say(context, error.message, 'bad');
    return exitCodes.usage;
  }
  if (error instanceof ConfigError) {
    for (const line of error.message.split('\n')) say(context, line, 'bad');
    return exitCodes.usage;
  }
  if (error instanceof ArmError) {
    const target = error.target === undefined ? '' : ` [${error.target}]`;
    say(context, `${error.code}: ${error.message}${target}`, 'bad');
    return failureExitCode;
  }
  say(context, error instanceof Error ? error.message : String(error), 'bad');
  return failureExitCode;
}
