import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { objectOf, textOf } from '../../../src/client/json-fields.ts';
import type { ClusterAddress } from '../../../src/core/resource-id.ts';
import { type PodServer, startPodServer } from '../pod-server.ts';

const longarm = join(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))), 'bin/longarm.mjs');

/** A `connection.json` for a new client that may run commands anywhere, as an administrator hands it out. */
function writeConnection(folder: string, server: PodServer): string {
  const { dataDirectory, cluster } = server;
  const words = ['invoker', '--role', 'command-runner', '--scope', '/', '-o', 'json', '--data-dir', dataDirectory];
  const created = execFileSync(process.execPath, [longarm, 'client', 'create', ...words], { encoding: 'utf8' });
  const registration = objectOf(JSON.parse(created));
  const identity = objectOf(JSON.parse(readFileSync(join(dataDirectory, 'identity.json'), 'utf8')));
  const file = join(folder, 'connection.json');
  const connection = {
    endpoint: server.client().endpoint,
    caFile: join(dataDirectory, 'tls/ca.pem'),
    tenantId: textOf(identity, 'tenantId'),
    subscriptionId: cluster.subscriptionId,
    resourceGroup: cluster.resourceGroup,
    clientId: textOf(registration, 'clientId'),
    clientSecret: textOf(registration, 'clientSecret'),
  };
  writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });
  return file;
}

describe('longarm invoke, of a command that its cluster keeps waiting', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longarm-invoke-'));
  let server: PodServer;
  let cluster: ClusterAddress;
  let connection: string;
  before(async () => {
    server = await startPodServer();
    cluster = await server.register('no-image', { image: 'test.longarm.invalid/nothing:1' });
    connection = writeConnection(folder, server);
  });
  after(async () => {
    await server.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the reason is on stderr while it waits, and with what to do at the end, which is 125 and without output', async () => {
    const args = [longarm, 'invoke', 'no-image', '--', `${server.marks.command('no image')}; echo ran`];
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], LONGARM_CONNECTION: connection },
    });
    const stdout = text(child.stdout);
    const closed = once(child, 'close');
    const waiting = /^.*no-image ([0-9a-f]{32}): starting: ImagePullBackOff: .*test\.longarm\.invalid\/nothing:1.*$/m;
    let said = '';
    let states: readonly (string | undefined)[] | undefined;
    child.stderr.setEncoding('utf8');
    for await (const chunk of child.stderr) {
      said += String(chunk);
      const [, id] = waiting.exec(said) ?? [];
      if (states !== undefined || id === undefined) continue;
      const { finished, result } = await server.client().result({ cluster, id });
      states = [finished ? 'finished' : 'waits', result.properties.longarm?.phase];
    }
    const [code] = await closed;
    assert.deepEqual(states, ['waits', 'launching'], said);
    const last = said.trimEnd().split('\n').at(-1) ?? '';
    assert.match(last, /ImagePullBackOff: .*test\.longarm\.invalid\/nothing:1.*Check the image’s name/, said);
    assert.doesNotMatch(last, /starting/);
    assert.deepEqual([code, await stdout], [125, ''], said);
    await server.marks.settled();
    assert.equal(server.marks.count('no image'), 0);
    await server.nothingLeft();
  });
});
