import { join } from 'node:path';
import { configurationFile, containerdSocket } from './configuration.ts';
import { kubeconfigOf } from './keys.ts';
import {
  etcdAddress,
  keysOf,
  nodeAddress,
  nodeName,
  type Place,
  podRange,
  programsOf,
  serviceOfApiServer,
  serviceRange,
} from './layout.ts';

/** The daemons of a cluster, in the order in which they start. */
export const daemons = [
  'containerd',
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
] as const;

/** One of them. */
export type Daemon = (typeof daemons)[number];

type Flags = Readonly<Record<string, string>>;

function apiServer(state: string, place: Place): Flags {
  const key = (name: string): string => join(keysOf(state), name);
  return {
    'etcd-servers': etcdAddress,
    'bind-address': nodeAddress(place),
    'advertise-address': nodeAddress(place),
    'secure-port': '6443',
    'service-cluster-ip-range': serviceRange,
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'allow-privileged': 'true',
    'client-ca-file': key('ca.crt'),
    'tls-cert-file': key('kube-apiserver.crt'),
    'tls-private-key-file': key('kube-apiserver.key'),
    'kubelet-certificate-authority': key('ca.crt'),
    'kubelet-client-certificate': key('kubelet-client.crt'),
    'kubelet-client-key': key('kubelet-client.key'),
    'kubelet-preferred-address-types': 'InternalIP',
    'service-account-issuer': `https://${serviceOfApiServer}`,
    'service-account-key-file': key('service-accounts.pub'),
    'service-account-signing-key-file': key('service-accounts.key'),
  };
}

function flagsOf(daemon: Exclude<Daemon, 'containerd'>, state: string, place: Place): Flags {
  const key = (name: string): string => join(keysOf(state), name);
  switch (daemon) {
    case 'etcd':
      return {
        'data-dir': '/var/lib/etcd',
        'listen-client-urls': etcdAddress,
        'advertise-client-urls': etcdAddress,
        'listen-peer-urls': 'http://127.0.0.1:2380',
        // A cluster of tests need not survive a power cut.
        'unsafe-no-fsync': 'true',
      };
    case 'kube-apiserver':
      return apiServer(state, place);
    case 'kube-controller-manager':
      return {
        kubeconfig: kubeconfigOf(state, daemon),
        'leader-elect': 'false',
        'secure-port': '0',
        'use-service-account-credentials': 'true',
        'root-ca-file': key('ca.crt'),
        'service-account-private-key-file': key('service-accounts.key'),
        'cluster-signing-cert-file': key('ca.crt'),
        'cluster-signing-key-file': key('ca.key'),
      };
    case 'kube-scheduler':
      return { kubeconfig: kubeconfigOf(state, daemon), 'leader-elect': 'false', 'secure-port': '0' };
    case 'kube-proxy':
      return {
        kubeconfig: kubeconfigOf(state, daemon),
        'hostname-override': nodeName,
        'bind-address': nodeAddress(place),
        'cluster-cidr': podRange,
        'proxy-mode': 'iptables',
        'iptables-min-sync-period': '100ms',
        'conntrack-max-per-core': '0',
        'conntrack-min': '0',
        'conntrack-tcp-timeout-established': '0',
        'conntrack-tcp-timeout-close-wait': '0',
        'oom-score-adj': '0',
      };
    case 'kubelet':
      return {
        config: configurationFile(state, 'kubelet.json'),
        kubeconfig: kubeconfigOf(state, daemon),
        'hostname-override': nodeName,
        'node-ip': nodeAddress(place),
      };
  }
}

/** The command line of a daemon, for inside. */
export function commandLine(daemon: Daemon, state: string, place: Place): readonly string[] {
  if (daemon === 'containerd') {
    return ['containerd', '--config', configurationFile(state, 'containerd.toml'), '--address', containerdSocket];
  }
  const flags = Object.entries(flagsOf(daemon, state, place)).map(([name, value]) => `--${name}=${value}`);
  return [join(programsOf(state), 'servers'), daemon, ...flags];
}

/** Whether these are the arguments of that daemon's process. */
export function isDaemon(daemon: Daemon, [program = '', first]: readonly string[]): boolean {
  return daemon === 'containerd' ? program === 'containerd' : program.endsWith('/servers') && first === daemon;
}
