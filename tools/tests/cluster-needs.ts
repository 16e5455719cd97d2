import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { goPath, requiredGo } from '../../test/cluster/one-node/programs.ts';
import { kubeconfigVariable } from '../../test/cluster/cluster-under-test.ts';
import { type Need, program } from './needs.ts';

const hasOther = (): boolean => process.env[kubeconfigVariable] !== undefined;
const orOther = ` (or name the kubeconfig of any other cluster in ${kubeconfigVariable})`;

/** What only a cluster on this machine needs; another one does as well. */
function unlessOther(need: Need): Need {
  return { what: need.what, enable: `${need.enable}${orOther}`, isMet: () => hasOther() || need.isMet() };
}

const namespaces: Need = {
  what: 'root on Linux who may make PID, mount and network namespaces',
  enable: 'run as root on Linux with util-linux',
  isMet: () => {
    const args = ['--fork', '--pid', '--mount-proc', '--net', 'true'];
    return process.getuid?.() === 0 && spawnSync('unshare', args, { stdio: 'ignore' }).status === 0;
  },
};

/** Whether one Go version is another or newer, by their first two numbers. */
function isAtLeast(version: string, least: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

const go: Need = {
  what: `Go ${requiredGo()} or later`,
  enable: `unpack Go ${requiredGo()} or later to /usr/local/go, or put it on PATH`,
  isMet: () => {
    const env = { ...process.env, PATH: goPath(), GOTOOLCHAIN: 'local' };
    const { stdout } = spawnSync('go', ['env', 'GOVERSION'], { env, encoding: 'utf8' });
    return isAtLeast(/^go([\d.]+)/.exec(stdout ?? '')?.[1] ?? '0.0', requiredGo());
  },
};

const networkPlugins: Need = {
  what: 'CNI plugins in /usr/lib/cni',
  enable: 'apt-get install containernetworking-plugins',
  isMet: () => existsSync('/usr/lib/cni/bridge') && existsSync('/usr/lib/cni/host-local'),
};

const ofThisMachine: readonly Need[] = [
  namespaces,
  go,
  networkPlugins,
  program('containerd', 'containerd'),
  program('runc', 'runc'),
  program('iptables', 'iptables'),
  program('ip', 'iproute2'),
  program('openssl', 'openssl'),
  program('busybox', 'busybox-static'),
];

/** What a tier needs that runs on a Kubernetes cluster: either all that makes one here, or kubectl and another one. */
export const needsOfCluster: readonly Need[] = [
  ...ofThisMachine.map(unlessOther),
  {
    what: 'kubectl for that other cluster',
    enable: 'put kubectl on PATH',
    isMet: () => !hasOther() || program('kubectl', 'kubernetes-client').isMet(),
  },
];

/** What a tier needs besides that kills the daemons of its cluster. */
export const ownCluster: Need = {
  what: 'cluster whose daemons may be killed',
  enable: `leave ${kubeconfigVariable} unset, so that one is brought up on this machine`,
  isMet: () => !hasOther(),
};
