import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import type { ClusterAccess } from '../../../executors/kubernetes/client/cluster-access.ts';
import { type Finding, timedFinding } from '../finding.ts';
import type { ClusterCheck } from './examined-cluster.ts';

const patienceMs = 10_000;

/** The name of the API server, or of the proxy in front of it, and its port. */
export const checkReach: ClusterCheck = async ({ access }) => {
  const { host, port, what } = firstHop(access);
  const dns = await timedFinding(
    'DNS',
    `Look at the DNS of this machine, and at the name in the kubeconfig: ${host}.`,
    async () => {
      if (isIP(host) !== 0) return { check: 'DNS', state: 'ok', seen: `${what} is named by its address, ${host}.` };
      const addresses = (await lookup(host, { all: true })).map(({ address }) => address);
      return { check: 'DNS', state: 'ok', seen: `${host} is ${addresses.join(', ')}.` };
    },
  );
  if (dns.state === 'bad') return [dns];
  return [dns, await checkPort(host, port, what)];
};

function checkPort(host: string, port: number, what: string): Promise<Finding> {
  const check = 'TCP';
  const remedy = `See that ${what} runs, and that no firewall is between this machine and ${host}:${port}.`;
  return timedFinding(check, remedy, async () => {
    const socket = connect({ host, port });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', reject);
        socket.setTimeout(patienceMs, () => reject(new Error(`No answer within ${patienceMs / 1000} s.`)));
      });
      return { check, state: 'ok', seen: `${what} listens at ${host}:${port}.` };
    } finally {
      socket.destroy();
    }
  });
}

function firstHop({ server, proxy }: ClusterAccess): {
  readonly host: string;
  readonly port: number;
  readonly what: string;
} {
  const url = proxy ?? server;
  const usual = url.protocol === 'https:' ? 443 : 80;
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? usual : Number(url.port),
    what: proxy === undefined ? 'the API server' : 'the proxy of the kubeconfig',
  };
}
