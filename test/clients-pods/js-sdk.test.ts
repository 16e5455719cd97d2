import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { jsClients } from '../clients/js-clients.ts';
import { putScriptedCluster, refused } from '../clients/scripted-cluster.ts';
import { type StartedServer, startServer } from '../clients/started-server.ts';
import { zipContext } from '../wire/zip-writer.ts';
import { quickstartInPods } from './quickstart-in-pods.ts';

describe('the JavaScript SDK, with commands in pods', () => {
  const trusted = getCACertificates('default');
  let server: StartedServer;
  before(async () => {
    server = await startServer(quickstartInPods('longarm-js-sdk'));
    setDefaultCACertificates([...trusted, readFileSync(server.connection.caFile, 'utf8')]);
  });
  after(async () => {
    setDefaultCACertificates(trusted);
    await server.stop();
  });

  for (const [version, create] of jsClients) {
    const run = (command: string, context = '', cluster = server.connection.cluster) => {
      const { managedClusters } = create(server.connection, server.connection.endpoint);
      return managedClusters.beginRunCommandAndWait(server.connection.resourceGroup, cluster, { command, context });
    };

    test(`${version}: a command’s output, times and exit code come back, non-zero as Succeeded`, async () => {
      const result = await run('echo out; echo err >&2; exit 7');
      assert.deepEqual([result.provisioningState, result.exitCode, result.logs], ['Succeeded', 7, 'out\nerr\n']);
      assert.ok(result.startedAt !== undefined && result.finishedAt !== undefined);
      assert.ok(result.startedAt.getTime() <= result.finishedAt.getTime());
    });

    test(`${version}: attached files lie in the working directory`, async () => {
      const files = [
        { name: 'a.txt', content: 'alpha' },
        { name: 'deep/b file.txt', content: 'beta' },
      ];
      const result = await run('cat a.txt "deep/b file.txt"', zipContext(files));
      assert.equal(result.logs, 'alphabeta');
    });

    test(`${version}: kubectl in the pod sees the cluster’s node`, async () => {
      const result = await run('kubectl get nodes --no-headers | wc -l');
      assert.equal(result.exitCode, 0, result.logs);
      assert.ok(Number(result.logs) >= 1, result.logs);
    });

    test(`${version}: why a command could not run is in the reason`, async () => {
      const scripted = await putScriptedCluster(server.connection);
      const result = await run(refused.command, '', scripted);
      assert.equal(result.provisioningState, 'Failed');
      assert.match(result.reason ?? '', refused.reason);
    });

    test(`${version}: an absent cluster is a 404 that names it`, async () => {
      await assert.rejects(run('true', '', 'absent'), { statusCode: 404, code: 'ResourceNotFound' });
    });
  }
});
