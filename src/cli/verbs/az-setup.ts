import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { makeCaBundle, writeWhole } from '../az-ca-bundle.ts';
import { azSetupLines } from '../az-setup-lines.ts';
import { addConnectionOptions, withConnection } from '../connect.ts';
import { type Connection, readConnection } from '../connection.ts';
import { givenText, isGiven } from '../given-options.ts';
import { say } from '../paint.ts';
import { UsageError } from '../usage-error.ts';
import type { VerbBody, VerbCall } from '../verb.ts';
import { flushOutput, writeOutput } from '../write-output.ts';

/** `longarm az-setup` */
export const azSetup: VerbBody = {
  description: [
    'Prints lines for a POSIX shell. They give this shell an `az` configuration of its own, so that your Azure logins stay as they are, trust the server’s CA beside those that `az` trusts already, register the server as a cloud, and sign in.',
    'The server is asked first: where it does not answer, or anything else is wrong, what is printed is `false` alone, so that a shell that takes it as lines hears of it. Where one of the lines fails, those after it do not run.',
    'Beside connection.json it writes az-ca-bundle.pem and az-client-secret (for you alone to read). Running and pasting it again does no harm, and is what to do when the server’s URL has changed.',
  ].join('\n\n'),
  examples: [
    { line: 'longarm az-setup', explains: 'print the lines, to be pasted' },
    { line: 'eval "$(longarm az-setup)" && az account show', explains: 'or let the shell take them at once' },
    { line: 'az aks command invoke -g quickstart -n local -c "echo hello"', explains: 'afterwards' },
  ],
  configure: (command) => {
    command
      .option('--shared-config', 'use your ordinary az configuration instead of one of its own')
      .option('--directory <path>', 'where the files are written (else beside connection.json)');
    addConnectionOptions(command);
  },
  failureOutput: 'false\n',
  run: async (call) => {
    const connection = await readConnection(call.context, call.options);
    // Before anything is written or printed.
    await withConnection(call, ({ client }) => client.checkMetadata(), { onlyAsks: true });
    return printLines(call, connection);
  },
};

async function printLines({ context, options }: VerbCall, connection: Connection): Promise<number> {
  const { client } = connection;
  if (client === undefined) {
    throw new UsageError('az-setup needs the connection.json of a server, with a client to sign in as.');
  }
  const named = givenText(options, 'directory');
  const directory =
    named === undefined
      ? dirname(connection.file ?? resolve(context.workingDirectory, 'connection.json'))
      : resolve(context.workingDirectory, named);
  const files = {
    bundleFile: join(directory, 'az-ca-bundle.pem'),
    secretFile: join(directory, 'az-client-secret'),
    configDir: isGiven(options, 'sharedConfig') ? undefined : join(directory, 'az-config'),
  };
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (files.configDir !== undefined) await mkdir(files.configDir, { recursive: true, mode: 0o700 });
  await writeBundle(connection, files.bundleFile, context.environment['REQUESTS_CA_BUNDLE']);
  await writeWhole(files.secretFile, client.clientSecret, 0o600);
  const lines = azSetupLines({ ...connection, ...client, ...files });
  await writeOutput(context.stdout.stream, `${lines.join('\n')}\n`);
  await flushOutput(context.stdout.stream);
  if (context.stdout.isTTY) say(context, 'Paste these lines into your shell.', 'faint');
  return 0;
}

async function writeBundle(connection: Connection, path: string, existing: string | undefined): Promise<void> {
  let bundle: string;
  try {
    bundle = await makeCaBundle(existing, connection.ca ?? '');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`REQUESTS_CA_BUNDLE names ${existing ?? ''}, which cannot be read: ${reason}.`, {
      cause: error,
    });
  }
  await writeWhole(path, bundle, 0o644);
}
