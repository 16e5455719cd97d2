import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';

const placeSchema = Type.Object({
  /** The number among the test clusters of this machine, 0 to 255, that no other one has while this one is up. */
  number: Type.Integer({ minimum: 0, maximum: 255 }),
});

/** Which of this machine's test clusters it is. */
export type Place = Static<typeof placeSchema>;

/** Where the place is written down, in the cluster's state directory. */
export const placeFile = (state: string): string => join(state, 'place.json');

/**
 * The place of the cluster in this state directory.
 * @throws {Error} when no cluster was started there
 */
export function readPlace(state: string): Place {
  return Value.Parse(placeSchema, JSON.parse(readFileSync(placeFile(state), 'utf8')));
}

/** The machine's end of the only link into the cluster. */
export const linkName = ({ number }: Place): string => `longarm${number}`;

/**
 * The machine's address on that link. They are taken from the range for tests between networks (RFC 2544), which
 * nobody routes.
 */
export const machineAddress = ({ number }: Place): string => `198.18.${number}.1`;

/** The node's address, at which its API server, its kubelet and its node ports are reached. */
export const nodeAddress = ({ number }: Place): string => `198.18.${number}.2`;

/** The only node's name. */
export const nodeName = 'longarm-test';

/** The cgroup below which all pods are, in every hierarchy of the machine. */
export const cgroupName = ({ number }: Place): string => `longarm-test-${number}`;

/** The addresses of services, inside. */
export const serviceRange = '10.96.0.0/24';

/** The first of them, which is the API server's own. */
export const serviceOfApiServer = '10.96.0.1';

/** The addresses of pods, inside. */
export const podRange = '10.244.0.0/16';

/** Where etcd listens, inside. */
export const etcdAddress = 'http://127.0.0.1:2379';

/** The certificates, keys and kubeconfigs of a cluster. */
export const keysOf = (state: string): string => join(state, 'keys');

/** The kubeconfig of an administrator (`system:masters`). */
export const adminKubeconfig = (state: string): string => join(state, 'admin.kubeconfig');

/** The files that the daemons are configured by. */
export const configurationOf = (state: string): string => join(state, 'configuration');

/** What the daemons print, a file for each. */
export const logsOf = (state: string): string => join(state, 'logs');

/** What takes the place of some of the machine's folders and settings, inside. */
export const insideOf = (state: string): string => join(state, 'inside');

/** The programs that were built, by way of a link into the cache. */
export const programsOf = (state: string): string => join(state, 'bin');

/** Where programs that were built are kept between runs. */
export const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'longarm-test', 'cluster');

/** Where a cluster is that was brought up by hand and given no directory. */
export const stateByHand = (): string => join(cacheFolder(), 'by-hand');
