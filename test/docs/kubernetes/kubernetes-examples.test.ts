import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { clusterUnderTest } from '../../cluster/cluster-under-test.ts';
import { newReader, type Reader } from '../documented-server.ts';
import { testExamples } from '../examples.ts';

describe('the examples that use a Kubernetes cluster', () => {
  const { kubeconfig, kubectl, image } = clusterUnderTest();
  let reader: Reader | undefined;
  before(async () => {
    // The documents install into the default namespace and remove it, which must be nobody's.
    const namespaces = execFileSync(kubectl, [`--kubeconfig=${kubeconfig}`, 'get', 'namespaces', '-o', 'name']);
    assert.doesNotMatch(namespaces.toString(), /^namespace\/longarm$/m);
    reader = await newReader({ LONGARM_TOOLBOX_IMAGE: image });
    reader.install('kubectl', `exec '${kubectl}' "$@"`);
    // Where kubectl and the documents look for it, whatever files it names where it lies.
    const args = [`--kubeconfig=${kubeconfig}`, 'config', 'view', '--raw', '--flatten', '--minify'];
    mkdirSync(join(reader.home, '.kube'));
    writeFileSync(join(reader.home, '.kube/config'), execFileSync(kubectl, args), { mode: 0o600 });
  });
  after(async () => {
    if (reader === undefined) return;
    try {
      // The last example removes all of it; this is for the case that one before it failed.
      const script = 'longarm cluster manifest | kubectl delete --ignore-not-found --wait -f -';
      execFileSync('bash', ['-c', script], { env: reader.environment, timeout: 120_000, stdio: 'ignore' });
    } finally {
      await reader.leave();
    }
  });
  testExamples('kubernetes', () => reader ?? assert.fail());
});
