import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ContainerServiceClient as Client25 } from '@azure/arm-containerservice';
import { zipContext } from '../wire/zip-writer.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { fileAppears } from './file-appears.ts';
import { credentialFor, jsClients } from './js-clients.ts';
import { putScriptedCluster, refused } from './scripted-cluster.ts';
import { type StartedServer, startServer } from './started-server.ts';

const longestMs = 60_000;

describe('the JavaScript SDK', { concurrency: true }, () => {
  const trusted = getCACertificates('default');
  let server: StartedServer;
  let scripted: string;

  before(async () => {
    server = await startServer();
    setDefaultCACertificates([...trusted, readFileSync(server.connection.caFile, 'utf8')]);
    scripted = await putScriptedCluster(server.connection);
  });
  after(async () => {
    setDefaultCACertificates(trusted);
    await server.stop();
  });

  for (const [version, create] of jsClients) {
    describe(version, { concurrency: true }, () => {
      const clusters = () => create(server.connection, server.connection.endpoint).managedClusters;
      const run = (command: string, context = '', cluster = server.connection.cluster) =>
        clusters().beginRunCommandAndWait(server.connection.resourceGroup, cluster, { command, context });

      test('a command’s output, times and exit code come back, non-zero as Succeeded', async () => {
        const result = await run('echo out; echo err >&2; exit 7');
        assert.equal(result.provisioningState, 'Succeeded');
        assert.equal(result.exitCode, 7);
        assert.equal(result.logs, 'out\nerr\n');
        assert.match(result.id ?? '', /^[0-9a-f]{32}$/);
        assert.ok(result.startedAt !== undefined && result.finishedAt !== undefined);
        assert.ok(result.startedAt.getTime() <= result.finishedAt.getTime());
      });

      test('attached files lie in the working directory', async () => {
        const context = zipContext([
          { name: 'a.txt', content: 'alpha' },
          { name: 'deep/b file.txt', content: 'beta' },
        ]);
        const result = await run('cat a.txt "deep/b file.txt"', context);
        assert.equal(result.logs, 'alphabeta');
      });

      test('a command of forty seconds is waited for', async () => {
        const result = await run('sleep 40; echo done');
        assert.equal(result.logs, 'done\n');
        assert.equal(result.exitCode, 0);
      });

      test('a started command can be asked for by its id, running and finished', async () => {
        const { resourceGroup, cluster } = server.connection;
        const gate = join(server.folder, `gate-${version}`);
        const tick = 'while [ ! -e "$0" ]; do sleep 0.1; done; echo through';
        const command = `timeout 60 sh -c '${tick}' '${gate}'`;
        let location = '';
        const onResponse = (response: { readonly headers: { get(name: string): string | undefined } }): void => {
          location ||= response.headers.get('location') ?? '';
        };
        const poller = await clusters().beginRunCommand(resourceGroup, cluster, { command }, { onResponse });
        const [, id = ''] = /commandResults\/([0-9a-f]{32})\?/.exec(location) ?? [];
        assert.notEqual(id, '', location);
        await clusters().getCommandResult(resourceGroup, cluster, id);
        assert.equal(poller.isDone(), false);
        writeFileSync(gate, '');
        const waited = await poller.pollUntilDone();
        assert.equal(waited.logs, 'through\n');
        const asked: object = (await clusters().getCommandResult(resourceGroup, cluster, id)) ?? {};
        assert.ok('logs' in asked && asked.logs === 'through\n', JSON.stringify(asked));
      });

      test('an absent cluster is a 404 that names it', async () => {
        await assert.rejects(run('true', '', 'absent'), (error: object) => {
          assert.ok('statusCode' in error && error.statusCode === 404);
          assert.ok('code' in error && error.code === 'ResourceNotFound');
          return true;
        });
      });

      test('why a command could not run is in the reason', async () => {
        const result = await run(refused.command, '', scripted);
        assert.equal(result.provisioningState, 'Failed');
        assert.match(result.reason ?? '', refused.reason);
      });

      test('a request whose answer is lost is sent again by the SDK, and runs once', async () => {
        const { connection, folder } = server;
        const trace = join(folder, `trace-${version}`);
        const arrived = (signal: AbortSignal) =>
          fileAppears(trace, AbortSignal.any([signal, AbortSignal.timeout(longestMs)]));
        const proxy = await startCuttingProxy(new URL(connection.endpoint), arrived);
        try {
          const endpoint = `https://127.0.0.1:${proxy.port}`;
          const { managedClusters } = create(connection, endpoint);
          const command = `echo once >> '${trace}'; cat '${trace}'`;
          const { resourceGroup, cluster } = connection;
          const result = await managedClusters.beginRunCommandAndWait(resourceGroup, cluster, { command });
          assert.ok(proxy.connections() >= 2, 'the SDK did not send it again');
          assert.equal(result.logs, 'once\n');
          assert.equal(readFileSync(trace, 'utf8'), 'once\n');
        } finally {
          await proxy.close();
        }
      });
    });
  }

  test('25.5’s own poller of runCommand ends with the result', async () => {
    const { connection } = server;
    const client = new Client25(credentialFor(connection), connection.subscriptionId, {
      endpoint: connection.endpoint,
    });
    const { resourceGroup, cluster } = connection;
    const result = await client.managedClusters.runCommand(resourceGroup, cluster, { command: 'printf x' });
    assert.equal(result.logs, 'x');
  });
});
