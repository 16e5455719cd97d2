import { images } from './one-node/images.ts';
import { runningCluster, type RunningCluster } from './one-node/running-cluster.ts';

/** The variable that names the kubeconfig of the cluster to test on. Set by a person, it makes any cluster that one. */
export const kubeconfigVariable = 'LONGARM_TEST_KUBECONFIG';

const kubectlVariable = 'LONGARM_TEST_KUBECTL';
const imageVariable = 'LONGARM_TEST_IMAGE';
const imageWithoutShellVariable = 'LONGARM_TEST_IMAGE_WITHOUT_SHELL';
const stateVariable = 'LONGARM_TEST_CLUSTER_STATE';
const hostVariable = 'LONGARM_TEST_HOST';

/** The environment in which tests are told of a cluster. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What the tests are told of a cluster that was brought up for them. */
export function variablesOfOwn({ kubeconfig, kubectl, stateDirectory }: RunningCluster): Record<string, string> {
  return {
    [kubeconfigVariable]: kubeconfig,
    [kubectlVariable]: kubectl,
    [imageVariable]: images.toolbox,
    [imageWithoutShellVariable]: images.withoutShell,
    [stateVariable]: stateDirectory,
  };
}

/** What they are told of another one, which pulls public images unless the person names some. */
export function variablesOfOther(given: Variables): Record<string, string> {
  return {
    [kubeconfigVariable]: given[kubeconfigVariable] ?? '',
    [kubectlVariable]: given[kubectlVariable] ?? 'kubectl',
    [imageVariable]: given[imageVariable] ?? 'alpine/k8s:1.34.1',
    [imageWithoutShellVariable]: given[imageWithoutShellVariable] ?? 'hello-world:linux',
  };
}

/** The cluster that a test runs on. */
export interface ClusterUnderTest {
  /** The path of its administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** A kubectl, by name or path. */
  readonly kubectl: string;
  /** An image with `sh`, `kubectl` and `jq`. */
  readonly image: string;
  /** An image of one static program. */
  readonly imageWithoutShell: string;
}

function told(name: string, variables: Variables): string {
  const value = variables[name];
  if (value !== undefined && value !== '') return value;
  throw new Error(`${name} is not set: run this by "npm test -- cluster", or see docs/contributing/test-cluster.md.`);
}

/**
 * The cluster that such variables tell of.
 * @throws {Error} when they tell of none
 */
export function clusterToldBy(variables: Variables): ClusterUnderTest {
  return {
    kubeconfig: told(kubeconfigVariable, variables),
    kubectl: told(kubectlVariable, variables),
    image: told(imageVariable, variables),
    imageWithoutShell: told(imageWithoutShellVariable, variables),
  };
}

/**
 * The cluster that this test process was told of.
 * @throws {Error} when it was told of none
 */
export function clusterUnderTest(): ClusterUnderTest {
  return clusterToldBy(process.env);
}

/**
 * An address of this machine at which a test's servers are reached by pods and by the API server of the cluster under test.
 * @throws {Error} when nobody says which
 */
export function machineHost(): string {
  return process.env[hostVariable] ?? clusterToHarm().machineAddress;
}

/** Where the cluster that was brought up for this test process has its state; undefined on any other one. */
export function ownClusterState(): string | undefined {
  return process.env[stateVariable];
}

/**
 * The same with what can be done to it; for tests in `test/cluster-faults/`, which run on no other cluster.
 * @throws {Error} when it was told of none, or of one that was not brought up for it
 */
export function clusterToHarm(): RunningCluster {
  return runningCluster(told(stateVariable, process.env));
}
