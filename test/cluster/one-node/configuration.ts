import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { images } from './images.ts';
import { cgroupName, configurationOf, keysOf, nodeAddress, type Place, podRange } from './layout.ts';

/** Where containerd listens, inside. */
export const containerdSocket = '/run/containerd/containerd.sock';

/** The file of this name in the cluster's configuration. */
export const configurationFile = (state: string, name: string): string => join(configurationOf(state), name);

/** Where containerd looks, at each pull, for how a registry is reached: `HOST/hosts.toml`. A test may write there. */
export const registriesOf = (state: string): string => configurationFile(state, 'registries');

const containerd = (state: string): string => `version = 2

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${images.pause}"
  disable_apparmor = true
  # Root of a small machine may lack CAP_SYS_RESOURCE, without which a score cannot be lowered.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${configurationFile(state, 'cni')}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${registriesOf(state)}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
`;

const network = {
  cniVersion: '0.4.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'pods',
      isGateway: true,
      hairpinMode: true,
      ipam: { type: 'host-local', ranges: [[{ subnet: podRange }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
};

const kubelet = (state: string, place: Place): unknown => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address: nodeAddress(place),
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: join(keysOf(state), 'ca.crt') },
  },
  authorization: { mode: 'Webhook' },
  tlsCertFile: join(keysOf(state), 'kubelet-server.crt'),
  tlsPrivateKeyFile: join(keysOf(state), 'kubelet-server.key'),
  containerRuntimeEndpoint: `unix://${containerdSocket}`,
  cgroupDriver: 'cgroupfs',
  cgroupRoot: `/${cgroupName(place)}`,
  failCgroupV1: false,
  failSwapOn: false,
  makeIPTablesUtilChains: false,
  oomScoreAdj: 0,
  // Images that were packed by hand cannot be pulled again.
  imageGCHighThresholdPercent: 100,
  imageGCLowThresholdPercent: 99,
  evictionHard: {
    'memory.available': '100Mi',
    'nodefs.available': '0%',
    'nodefs.inodesFree': '0%',
    'imagefs.available': '0%',
    'imagefs.inodesFree': '0%',
  },
  // Nobody serves it: a look-up is refused at once. Without one each pod would have a warning among its events.
  clusterDNS: ['10.96.0.10'],
  clusterDomain: 'cluster.local',
  resolvConf: configurationFile(state, 'resolv.conf'),
  // What is read must not depend on logs, which a node cuts.
  containerLogMaxSize: '1Mi',
  maxPods: 250,
});

/** Writes the files that the daemons of a cluster are configured by. */
export function writeConfiguration(state: string, place: Place): void {
  mkdirSync(configurationFile(state, 'cni'), { recursive: true });
  mkdirSync(registriesOf(state), { recursive: true });
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  const files = {
    'containerd.toml': containerd(state),
    'cni/10-pods.conflist': json(network),
    'kubelet.json': json(kubelet(state, place)),
    // An empty one would be taken for the machine's.
    'resolv.conf': 'nameserver 127.0.0.1\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(configurationFile(state, name), text);
}
