import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { objectOf, textOf } from '../../../src/client/json-fields.ts';
import type { CommandRef } from '../../../src/client/session.ts';
import { writeZip, type ZipEntry } from '../../../src/cli/zip-writer.ts';
import { parseClusterName } from '../../../src/core/resource-id.ts';
import { spoolDirectory } from '../../../src/executors/kubernetes/pod/build-pod.ts';
import { firstOutput } from '../../loss/read-output.ts';
import { clusterUnderTest } from '../cluster-under-test.ts';
import { modest } from '../executor/kubernetes-bench.ts';
import { type PodServer, startPodServer } from '../pod-server.ts';
import { inPod, podName, podPath, until } from './in-pod.ts';

const mib = 1024 * 1024;
/** The largest body is 48 MiB, of which base64 takes a quarter; the rest of the request and the zip need little. */
const largestBytes = 36 * mib - 4096;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function filesWith(big: Uint8Array): readonly ZipEntry[] {
  return [
    { path: 'run.sh', mode: 0o755, bytes: Buffer.from('#!/bin/sh\necho "ran $0 in $PWD with $#"\n') },
    { path: 'secret', mode: 0o600, bytes: Buffer.from('s') },
    { path: 'wide', mode: 0o777, bytes: Buffer.from('w') },
    { path: 'a/b/c d', mode: 0o640, bytes: Buffer.from('deep\n') },
    { path: 'empty', mode: 0o664, bytes: Buffer.alloc(0) },
    { path: 'big', mode: 0o644, bytes: big },
  ];
}

/** What a command sees of the files, and what it is to see. */
const look = `./run.sh x; for f in run.sh secret wide 'a/b/c d' empty big; do stat -c '%a %s %n' "$f"; sha256sum <"$f"; done`;
function seenOf(files: readonly ZipEntry[]): string {
  const lines = files.map(
    ({ path, mode, bytes }) => `${mode.toString(8)} ${bytes.length} ${path}\n${sha256(bytes)}  -\n`,
  );
  return `ran ./run.sh in /longarm/run/files with 1\n${lines.join('')}`;
}

describe('files of commands in pods', () => {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  const configuration = join(folder, 'longarm.json');
  let server: PodServer;
  before(async () => {
    writeFileSync(configuration, '{}');
    server = await startPodServer({ flags: ['--config', configuration] });
  });
  after(async () => {
    await server.dispose();
    rmSync(folder, { recursive: true });
  });

  async function run(
    mark: string,
    big: Uint8Array,
    cluster = server.cluster,
    meanwhile = async (_pod: CommandRef) => {},
  ) {
    const files = filesWith(big);
    const context = Buffer.from(writeZip(files)).toString('base64');
    const command = `${server.marks.command(mark)}; ${look}; exit 3`;
    const ref = await server.submit({ command, context }, cluster);
    await meanwhile(ref);
    const { properties } = await server.client().waitForEnd(ref);
    assert.equal(properties.logs, seenOf(files), JSON.stringify(properties));
    assert.deepEqual([properties.exitCode, properties.longarm?.complete], [3, true]);
    await server.nothingLeft();
    assert.equal(server.marks.count(mark), 1);
  }

  test('as many as a Secret holds are there whole, with their modes', () => run('small', randomBytes(900_000)));

  test('as large as a request can be they come whole through the API server, with their modes', () =>
    run('largest', randomBytes(largestBytes)));

  test('an upload whose program is killed goes on from where it was, and every byte is right', async () => {
    const cutAt = 4_000_000;
    const { kubeconfig, image } = clusterUnderTest();
    // The upload finds a pipe where it puts what came, so it gets no further than whoever reads it here lets it.
    const narrow = {
      name: 'narrow',
      image,
      command: ['mkfifo', `${spoolDirectory}/payload.part`],
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      volumeMounts: [{ name: 'longarm-spool', mountPath: spoolDirectory }],
    };
    const podTemplate = { spec: { ...modest.spec, initContainers: [narrow] } };
    const name = 'narrow';
    const place = { name, resourceGroup: server.cluster.resourceGroup, namespace: server.namespace };
    const declared = { ...place, executor: 'kubernetes', kubeconfig, image, serviceAccount: 'default', podTemplate };
    writeFileSync(configuration, JSON.stringify({ clusters: [declared] }));
    await server.stop();
    await server.start();
    const cluster = { ...server.cluster, name: parseClusterName(name) ?? server.cluster.name };
    // Whoever cuts is in the keeper too, where a new upload ends all others, so that it was done is in a file.
    const cut = `cd /longarm/spool; [ -e /tmp/cut ] || {
      head -c ${cutAt} payload.part >/tmp/taken && [ "$(stat -c %s /tmp/taken)" = ${cutAt} ] || exit 1
      kill -9 -1; cp /tmp/taken came && mv came payload.part && : >/tmp/cut
    }`;
    await run('cut', randomBytes(largestBytes), cluster, async (ref) => {
      await until('an upload to cut', () => inPod(server, ref, 'keeper', cut));
    });
  });
});

describe('the cluster token of a request', () => {
  let server: PodServer;
  before(async () => {
    server = await startPodServer();
  });
  after(() => server.dispose());

  /** Whether the bytes hold the token, plainly or in base64 at any of the three ways to begin. */
  function holds(bytes: Buffer, token: string): boolean {
    const signature = token.slice(token.lastIndexOf('.') + 1);
    const encoded = [0, 1, 2].map((by) => {
      const text = Buffer.concat([Buffer.alloc(by), Buffer.from(signature)]).toString('base64');
      return text.slice(4, -8);
    });
    return [signature, ...encoded].some((text) => bytes.includes(text));
  }

  function filesBelow(directory: string): readonly string[] {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .map((name) => join(directory, name))
      .filter((path) => statSync(path).isFile());
  }

  test('is what the command speaks to the cluster with, and is not in spec, environment, arguments, log or anything that is left', async () => {
    const signal = AbortSignal.timeout(60_000);
    const namespaced = `/api/v1/namespaces/${server.namespace}`;
    const answer = await server.kube.request(
      {
        method: 'POST',
        path: `${namespaced}/serviceaccounts/default/token`,
        body: { spec: { expirationSeconds: 600 } },
      },
      signal,
    );
    const token = textOf(objectOf(objectOf(answer)['status']), 'token') ?? '';
    assert.ok(token.length > 100);
    // The test cluster has no DNS, so the server's address is given; the token comes from the kubeconfig alone.
    const whoami = `kubectl --server "https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT" auth whoami -o 'jsonpath={.status.userInfo.username}{"\\n"}'`;
    const command = `${whoami}; ${server.marks.command('token')}; while [ ! -e /tmp/go ]; do sleep 0.05; done`;
    const client = server.client();
    const ref = await server.submit({ command, clusterToken: token });
    assert.equal(await firstOutput(client, ref), `system:serviceaccount:${server.namespace}:default\n`);

    const pod = JSON.stringify(await server.kube.request({ method: 'GET', path: podPath(server, ref) }, signal));
    assert.ok(!holds(Buffer.from(pod), token), 'in the pod');
    for (const container of ['keeper', 'command'] as const) {
      const said = await inPod(server, ref, container, 'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null; :');
      assert.match(said, /longarm/);
      assert.ok(!holds(Buffer.from(said, 'latin1'), token), `in the processes of ${container}`);
    }
    const path = podPath(server, ref, 'secrets');
    const secret = objectOf(objectOf(await server.kube.request({ method: 'GET', path }, signal))['data']);
    assert.ok(holds(Buffer.from(textOf(secret, 'payload.tar') ?? '', 'base64'), token), 'this test cannot find it');

    await inPod(server, ref, 'command', ': >/tmp/go');
    const result = await client.waitForEnd(ref);
    assert.equal(result.properties.exitCode, 0, JSON.stringify(result.properties));
    assert.ok(!holds(Buffer.from(JSON.stringify(result)), token), 'in the result');
    await server.nothingLeft();
    assert.equal(server.marks.count('token'), 1);
    for (const kind of ['pods', 'secrets', 'configmaps', 'events']) {
      const left = JSON.stringify(await server.kube.request({ method: 'GET', path: `${namespaced}/${kind}` }, signal));
      assert.ok(!holds(Buffer.from(left), token), `in the ${kind}`);
      if (kind !== 'events') assert.ok(!left.includes(podName(ref)), `${kind} of it are left`);
    }
    assert.ok(!holds(Buffer.from(server.said()), token), 'in the log of the server');
    for (const file of filesBelow(server.dataDirectory)) assert.ok(!holds(readFileSync(file), token), `in ${file}`);
  });
});
