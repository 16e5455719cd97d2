import { execFileSync } from 'node:child_process';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { processes } from '../cluster/one-node/processes.ts';

/** Folders in which a node's software likes to leave things. */
const folders = [
  '/etc/cni',
  '/opt',
  '/run',
  '/run/netns',
  '/var/lib',
  '/var/lib/cni',
  '/var/lib/kubelet',
  '/var/log',
  '/var/log/containers',
  '/var/log/pods',
];

/** Settings of the machine that a kubelet, kube-proxy or CNI changes. */
const settings = [
  'kernel/keys/root_maxbytes',
  'kernel/keys/root_maxkeys',
  'kernel/panic',
  'kernel/panic_on_oops',
  'net/ipv4/conf/all/route_localnet',
  'net/ipv4/ip_forward',
  'vm/overcommit_memory',
  'vm/panic_on_oom',
];

const lines = (command: string, ...args: readonly string[]): readonly string[] =>
  execFileSync(command, args, { encoding: 'utf8' }).split('\n');

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return []; // There is no such folder, which is as good as an empty one.
  }
};

/** The PID namespaces of the clusters that are up on this machine now. */
export function namespacesOfClusters(): readonly string[] {
  const firsts = processes().filter(({ argv: [program = ''] }) => program.endsWith('/bin/pause'));
  return firsts.map(({ namespace }) => namespace);
}

/**
 * All on this machine that a cluster could leave there, by kind: mounts, links, addresses, routes, packet rules,
 * settings, cgroups (the uppermost, of which a cluster has one), files, processes. What runs in the PID namespaces of
 * other clusters comes and goes all the time and is left out.
 */
export function traces(others: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const rules = ['filter', 'nat', 'mangle'].flatMap((table) => lines('iptables', '-w', '-t', table, '-S'));
  const cgroups = globSync('/sys/fs/cgroup/{*/,}*/');
  const programs = /containerd|runc|servers|bin\/pause|unshare/;
  const running = processes().filter(
    ({ argv: [program = ''], namespace }) => programs.test(program) && !others.includes(namespace),
  );
  return {
    mounts: lines('findmnt', '--raw', '--noheadings', '--output=TARGET,FSTYPE').toSorted(),
    links: lines('ip', '-oneline', 'link')
      .map((line) => line.split(': ')[1] ?? line)
      .toSorted(),
    addresses: lines('ip', '-oneline', 'address')
      .map((line) => line.split(' scope ')[0] ?? line)
      .toSorted(),
    routes: lines('ip', 'route', 'show', 'table', 'all').toSorted(),
    rules,
    settings: settings.map((name) => `${name}=${readFileSync(`/proc/sys/${name}`, 'utf8').trim()}`),
    cgroups: cgroups.toSorted(),
    controllers: globSync('/sys/fs/cgroup/{,unified/}cgroup.subtree_control').map((name) => readFileSync(name, 'utf8')),
    files: folders.flatMap(namesIn).toSorted(),
    processes: running.map(({ pid, argv }) => `${pid} ${argv[0]}`),
  };
}
