import type { RunCommandRequest } from '../../wire/run-command-request.ts';
import { collectFiles } from '../attached-files.ts';
import { attendCommand } from '../attend-command.ts';
import { readCommandText, readSecretFile } from '../command-text.ts';
import { addConnectionOptions, type Connected, withConnection } from '../connect.ts';
import { exitCodes } from '../exit-code.ts';
import { inTypedWords, requestExtras } from '../request-extras.ts';
import { collect, givenText, givenTexts, isGiven } from '../given-options.ts';
import { listenForInterrupts, StoppedWaiting } from '../interrupts.ts';
import { addFormatOption, wantsJson } from '../output-format.ts';
import { counted } from '../counted.ts';
import { say } from '../paint.ts';
import { flatResult, printJson } from '../print-json.ts';
import { UsageError } from '../usage-error.ts';
import type { VerbBody, VerbCall } from '../verb.ts';
import { flushOutput, writeOutput } from '../write-output.ts';
import { writeZip } from '../zip-writer.ts';

/** `longarm invoke CLUSTER -- COMMAND…` */
export const invoke: VerbBody = {
  description: [
    'Streams the output to stdout as it comes and exits with the command’s exit code. Everything else goes to stderr.',
    'One word behind -- is shell text; several are a program and its arguments, which arrive exactly as typed.',
    'The command gets no standard input; what it needs is attached with -f. Of a directory, links that lead out of it are left out, and so is .git.',
    'Ctrl-C cancels the command and waits for its end; a second one stops waiting, and the cancel stands. SIGTERM only ends the waiting: the command goes on. A lost connection or a restart of the server costs nothing: the output goes on where it stopped.',
    'Exit codes: the command’s own; 124 it ran into its time limit; 125 Longarm could not run it, or lost sight of it (stderr says why); 130 cancelled with Ctrl-C; 143 ended by SIGTERM, the command goes on; 2 the command line is wrong. A command may exit with any of these itself.',
  ].join('\n\n'),
  examples: [
    { line: 'longarm invoke local -- kubectl get pods -A', explains: 'a program and its arguments' },
    { line: "longarm invoke local -- 'kubectl get nodes | wc -l'", explains: 'shell text, in quotes' },
    {
      line: "longarm invoke local -f . -- 'helm upgrade --install app ./chart'",
      explains: 'with everything that is here',
    },
    {
      line: 'longarm invoke local --timeout 10m --command-file migrate.sh',
      explains: 'a script, stopped after ten minutes',
    },
    { line: 'longarm invoke local --no-wait -- ./long.sh', explains: 'prints the id and returns' },
  ],
  failureExitCode: exitCodes.couldNotRun,
  configure: (command) => {
    command
      .argument('<cluster>', 'NAME, GROUP/NAME, or the whole ARM id')
      .argument('[command...]', 'what to run, behind --')
      .option('-f, --file <path>', 'attach a file or directory, under its relative path; may be repeated', collect)
      .option('--command-file <file>', 'read the command from a file, or from stdin with -')
      .option('--timeout <duration>', 'stop it when it has run this long: 90s, 10m')
      .option('--grace <duration>', 'time between TERM and KILL when it is stopped')
      .option('--strict', 'show a non-zero exit to ARM clients as Failed')
      .option('--service-account <name>', 'what it runs as in the cluster, where your role assignments name several')
      .option('--no-wait', 'print the id and do not wait')
      .option(
        '--cluster-token-file <file>',
        'token for the cluster’s own API, which the command acts with (clusterToken)',
      )
      .option('-q, --quiet', 'print neither the id nor the hint about standard input to stderr');
    addFormatOption(command);
    addConnectionOptions(command);
  },
  run: (call) => withConnection(call, (connected) => run(call, connected)),
};

async function run(call: VerbCall, connected: Connected): Promise<number> {
  const { context, options } = call;
  const [clusterName, ...words] = call.operands;
  const cluster = connected.clusterOf(clusterName);
  const request = await makeRequest(call, words);
  const isLongarm = await connected.isLongarm(cluster);
  if (!isLongarm && request.longarm !== undefined) {
    throw new UsageError(
      '--timeout, --grace, --strict and --service-account need Longarm; this endpoint does not have them.',
    );
  }
  if (context.stdinHasInput() && givenText(options, 'commandFile') !== '-' && !isGiven(options, 'quiet')) {
    say(context, 'Commands get no standard input, so what is piped in stays here; attach files with -f.', 'faint');
  }
  const interrupts = listenForInterrupts(call, isLongarm ? 2 : 1);
  try {
    const submission = { keepsIdempotencyKeys: isLongarm, signal: interrupts.stopWaiting };
    const command = await connected.client.submit(cluster, request, submission).catch((error: unknown) => {
      throw inTypedWords(error, options);
    });
    if (options['wait'] === false) {
      if (wantsJson(options)) {
        const { result } = await connected.client.result(command, { signal: interrupts.stopWaiting });
        await printJson(context, flatResult(result));
        return 0;
      }
      await writeOutput(context.stdout.stream, `${command.id}\n`);
      await flushOutput(context.stdout.stream);
      return 0;
    }
    if (!isGiven(options, 'quiet')) say(context, `Command ${command.id}`, 'faint');
    return await attendCommand({
      context,
      client: connected.client,
      command,
      asJson: wantsJson(options),
      interrupts,
      cancels: isLongarm,
    });
  } catch (error) {
    if (!(error instanceof StoppedWaiting)) throw error;
    say(context, 'Interrupted while the command was being submitted; it may run. Look with `longarm list`.', 'bad');
    return error.exitCode;
  } finally {
    interrupts.release();
  }
}

async function makeRequest(call: VerbCall, words: readonly string[]): Promise<RunCommandRequest> {
  const { context, options } = call;
  const command = await readCommandText(context, words, givenText(options, 'commandFile'));
  const extras = requestExtras(options);
  const tokenFile = givenText(options, 'clusterTokenFile');
  return {
    command,
    context: await attach(call),
    ...(tokenFile === undefined ? {} : { clusterToken: await readSecretFile(context, tokenFile) }),
    ...(extras === undefined ? {} : { longarm: extras }),
  };
}

async function attach({ context, options }: VerbCall): Promise<string> {
  const paths = givenTexts(options, 'file');
  if (paths.length === 0) return '';
  const { entries, totalBytes, notes } = await collectFiles(paths, context.workingDirectory);
  for (const note of notes) say(context, note);
  const zip = writeZip(entries);
  say(
    context,
    `Attached ${counted(entries.length, 'file')}, ${counted(totalBytes, 'byte')} (${zip.length} zipped).`,
    'faint',
  );
  return Buffer.from(zip).toString('base64');
}
