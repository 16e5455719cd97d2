import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ClusterUid } from '../../src/core/command-id.ts';
import { createClusterExecutors, type DeclaredReach } from '../../src/main/cluster-executors.ts';
import { systemClock } from '../../src/main/system-clock.ts';
import { executorsByKind } from '../../src/ports/executors.ts';
import { temporaryDirectory } from '../contract/temporary-directory.ts';
import { kubernetesCluster } from '../control-plane/kubernetes-cluster.ts';
import { openPlane } from '../control-plane/plane.ts';
import { json } from '../kubernetes/fake-api/answers.ts';
import { fakeAuthority, startFakeApi } from '../kubernetes/fake-api/fake-api.ts';
import { base64, kubeconfig } from '../kubernetes/fake-api/kubeconfigs.ts';

const { signal } = new AbortController();

test('an executor that commands have goes on with what the kubeconfig says now, and one that had none yet finds it', async (t) => {
  const api = await startFakeApi();
  const directory = await temporaryDirectory();
  const behind = await openPlane();
  const { uid } = await kubernetesCluster(behind);
  const file = join(directory.path, 'kubeconfig');
  const executors = createClusterExecutors({
    store: behind.plane.store,
    clock: systemClock,
    machineClock: systemClock,
    environment: {},
    userAgent: 'longarm/test',
    toolboxImage: undefined,
    declared: new Map<ClusterUid, DeclaredReach>([[uid, { type: 'kubeconfig', file, context: undefined }]]),
    byKind: executorsByKind(new Map()),
  });
  t.after(async () => {
    await executors.close();
    await behind.close();
    await api.close();
    await directory.remove();
  });
  api.answer((_seen, response) => json(response, { metadata: { resourceVersion: '1' }, items: [] }));
  const cluster = { server: api.access.server.href, 'certificate-authority-data': base64(fakeAuthority.certPem) };
  const give = (token: string) => writeFile(file, kubeconfig({ cluster, user: { token } }));
  let from = 0;
  const asked = () => {
    const tokens = new Set(api.seen.slice(from).map(({ token }) => token));
    from = api.seen.length;
    return tokens;
  };

  const early = await executors.of('kubernetes', uid);
  assert.ok(early);
  await assert.rejects(early.list(signal), /cannot be reached: ENOENT/);
  await give('first');
  assert.deepEqual([await early.list(signal), asked()], [[], new Set(['first'])]);
  await give('second');
  // As the sweep does each minute.
  await executors.all();
  assert.deepEqual([await early.list(signal), asked()], [[], new Set(['second'])]);
  await rm(file);
  assert.deepEqual([await early.list(signal), asked()], [[], new Set(['second'])], 'it needs the file no more');
});
