import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { zipContext } from '../wire/zip-writer.ts';
import { endOf } from './end-of.ts';
import { pythonOf } from './python-clients.ts';
import { putScriptedCluster, refused } from './scripted-cluster.ts';
import { type StartedServer, startServer } from './started-server.ts';

const script = fileURLToPath(new URL('run-command.py', import.meta.url));

const resultSchema = Type.Object({
  id: Type.String(),
  provisioning_state: Type.String(),
  exit_code: Type.Union([Type.Integer(), Type.Null()]),
  logs: Type.Union([Type.String(), Type.Null()]),
  reason: Type.Union([Type.String(), Type.Null()]),
  started: Type.Boolean(),
});
const outcomesSchema = Type.Object({
  nonZero: resultSchema,
  files: resultSchema,
  long: resultSchema,
  again: resultSchema,
  refused: resultSchema,
  absent: Type.Object({ status: Type.Integer(), code: Type.String() }),
});

/** Declares the cases, which are the same wherever the commands run. @param flags how its server is started */
export function describePythonSdk(title: string, flags: () => readonly string[] = () => []): void {
  describe(title, () => {
    let server: StartedServer;
    let outcomes: Static<typeof outcomesSchema>;

    before(async () => {
      server = await startServer(flags());
      const context = zipContext([
        { name: 'a.txt', content: 'alpha' },
        { name: 'deep/b file.txt', content: 'beta' },
      ]);
      const scripted = await putScriptedCluster(server.connection);
      const { code, stdout, stderr } = await endOf(
        pythonOf('python-sdk'),
        [script, server.connectionFile, scripted, context, refused.command],
        { env: { REQUESTS_CA_BUNDLE: server.connection.caFile } },
      );
      assert.equal(code, 0, stderr);
      outcomes = Value.Parse(outcomesSchema, JSON.parse(stdout));
    });
    after(() => server.stop());

    test('a command’s output and exit code come back, non-zero as Succeeded', () => {
      const { provisioning_state: state, exit_code: exitCode, logs, started } = outcomes.nonZero;
      assert.deepEqual(
        { state, exitCode, logs, started },
        { state: 'Succeeded', exitCode: 7, logs: 'out\nerr\n', started: true },
      );
    });

    test('attached files lie in the working directory', () => assert.equal(outcomes.files.logs, 'alphabeta'));

    test('a command of forty seconds is waited for', () => assert.equal(outcomes.long.logs, 'done\n'));

    test('a finished command can be asked for again by its id', () => assert.equal(outcomes.again.logs, 'again'));

    test('an absent cluster is a 404 that the SDK can read', () => {
      assert.deepEqual(outcomes.absent, { status: 404, code: 'ResourceNotFound' });
    });

    test('why a command could not run is in the reason', () => {
      assert.equal(outcomes.refused.provisioning_state, 'Failed');
      assert.match(outcomes.refused.reason ?? '', refused.reason);
    });
  });
}
