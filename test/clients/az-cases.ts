import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { type End, endOf } from './end-of.ts';
import { type PythonClient, pythonOf } from './python-clients.ts';
import { putScriptedCluster, refused } from './scripted-cluster.ts';
import { type StartedServer, startServer } from './started-server.ts';

/** What `az aks command invoke -o json` prints. */
const resultSchema = Type.Object({
  id: Type.String(),
  exitCode: Type.Union([Type.Integer(), Type.Null()]),
  logs: Type.Union([Type.String(), Type.Null()]),
  provisioningState: Type.String(),
  reason: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

/** How this az shows a failed command: versions differ, and one of them says less than it knows. */
export interface FailureShown {
  readonly exitCode: number;
  /** Which of its outputs has the reason. */
  readonly stream: 'stdout' | 'stderr';
}

/** A shell in which az is at home and `az-setup`'s lines were pasted. */
interface Shell {
  /** Runs `az aks command VERB` for the server's cluster, or another one. */
  command(
    verb: string,
    args: readonly string[],
    where?: { readonly cluster?: string; readonly cwd?: string },
  ): Promise<End>;
}

/** Puts this az on PATH, as an installation of its own would. */
function installOnPath(client: PythonClient, folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'az'), `#!/bin/sh\nexec '${pythonOf(client)}' -m azure.cli "$@"\n`);
  chmodSync(join(bin, 'az'), 0o755);
  return [bin, process.env['PATH']].join(delimiter);
}

/** Pastes the lines of `longarm az-setup` into bash, and keeps the environment that they leave. */
async function pasteSetup(client: PythonClient, server: StartedServer): Promise<Shell> {
  const env = {
    PATH: installOnPath(client, server.folder),
    AZURE_CONFIG_DIR: join(server.folder, 'azure'),
    AZURE_CORE_COLLECT_TELEMETRY: 'no',
    AZURE_CORE_NO_COLOR: 'yes',
  };
  const lines = await server.run('az-setup');
  const pasted = await endOf('bash', ['-s'], { env, stdin: `${lines}\necho "== $?"\nenv -0\n` });
  const [said = '', variables = ''] = pasted.stdout.split('== 0\n');
  assert.notEqual(variables, '', `the pasted lines failed:\n${said}\n${pasted.stderr}`);
  const left: Record<string, string> = {};
  for (const variable of variables.split('\0')) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(variable) ?? [];
    if (name !== undefined && value !== undefined) left[name] = value;
  }
  const { resourceGroup, cluster: own } = server.connection;
  return {
    command: (verb, args, { cluster = own, cwd = server.folder } = {}) =>
      endOf('az', ['aks', 'command', verb, '-g', resourceGroup, '-n', cluster, ...args], { env: left, cwd }),
  };
}

const parse = (end: End): Static<typeof resultSchema> => {
  assert.equal(end.code, 0, end.stderr);
  return Value.Parse(resultSchema, JSON.parse(end.stdout));
};

/** Where the commands run. */
export interface AzPlace {
  /** Of the quickstart that az talks to. */
  readonly flags: () => readonly string[];
  /** How often az may have to ask for a command that ends at once: a held poll answers for all but slow starts. */
  readonly polls: number;
}

/** The cases that every az must pass. Each `az` costs seconds, so they are as few as will do. */
export function describeAz(
  title: string,
  client: PythonClient,
  failureShown: FailureShown,
  place: AzPlace = { flags: () => [], polls: 1 },
): void {
  describe(title, () => {
    let server: StartedServer;
    let scripted: string;
    let az: Shell;
    let long: Promise<End>;

    before(async () => {
      server = await startServer(place.flags());
      scripted = await putScriptedCluster(server.connection);
      az = await pasteSetup(client, server);
      long = az.command('invoke', ['-c', 'sleep 40; echo done', '-o', 'json']);
    });
    after(async () => {
      await long;
      await server.stop();
    });

    test('invoke shows exit code and output for people, and asks seldom for a command that ends at once', async () => {
      const { code, stdout, stderr } = await az.command('invoke', ['-c', 'echo out; echo err >&2; exit 7', '--debug']);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /with exitcode=7/);
      assert.match(stdout, /^out\nerr$/m);
      const polls = stderr.match(/"GET \S*\/commandResults\//g)?.length ?? 0;
      assert.ok(polls >= 1 && polls <= place.polls, `it asked ${polls} times`);
    });

    test('a file and a whole folder arrive in the working directory', async () => {
      const folder = join(server.folder, 'files');
      mkdirSync(join(folder, 'sub'), { recursive: true });
      writeFileSync(join(folder, 'a.txt'), 'alpha');
      writeFileSync(join(folder, 'sub', 'b file.txt'), 'beta');
      const one = parse(await az.command('invoke', ['-c', 'cat a.txt', '-f', join(folder, 'a.txt'), '-o', 'json']));
      assert.equal(one.logs, 'alpha');
      const command = 'cat a.txt "sub/b file.txt"';
      const all = parse(await az.command('invoke', ['-c', command, '-f', '.', '-o', 'json'], { cwd: folder }));
      assert.equal(all.logs, 'alphabeta');
    });

    test('--no-wait prints an id, for which result has the output', async () => {
      const sent = await az.command('invoke', ['-c', 'echo later; exit 3', '--no-wait']);
      assert.equal(sent.code, 0, sent.stderr);
      const [, id = ''] = /command id: ([0-9a-f]{32})/.exec(`${sent.stdout}${sent.stderr}`) ?? [];
      assert.notEqual(id, '', sent.stdout + sent.stderr);
      await server.run('result', id, '--wait', '-o', 'json').catch(() => undefined); // It exits as the command did.
      const result = parse(await az.command('result', ['-i', id, '-o', 'json']));
      assert.deepEqual([result.id, result.logs, result.exitCode], [id, 'later\n', 3]);
    });

    test('an absent cluster ends az with 3 and its own words for it', async () => {
      const { code, stderr } = await az.command('invoke', ['-c', 'true'], { cluster: 'absent' });
      assert.equal(code, 3);
      assert.match(stderr, /\(ResourceNotFound\)/);
    });

    test('why a command could not run reaches the person', async () => {
      const end = await az.command('invoke', ['-c', refused.command], { cluster: scripted });
      assert.match(end[failureShown.stream], refused.reason);
      assert.equal(end.code, failureShown.exitCode);
    });

    test('a command of forty seconds is waited for', async () => {
      const result = parse(await long);
      assert.deepEqual([result.logs, result.exitCode, result.provisioningState], ['done\n', 0, 'Succeeded']);
    });
  });
}
