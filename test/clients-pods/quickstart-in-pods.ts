import { clusterUnderTest } from '../cluster/cluster-under-test.ts';

/** The flags by which a quickstart runs its commands in pods of the cluster under test, in a namespace of its own. */
export function quickstartInPods(namespace: string): readonly string[] {
  const { kubeconfig, image } = clusterUnderTest();
  return ['--kubeconfig', kubeconfig, '--image', image, '--namespace', namespace];
}
