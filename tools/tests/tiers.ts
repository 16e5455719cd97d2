import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { type PythonClient, pythonClients } from '../../test/clients/python-clients.ts';
import { needsOfCluster, ownCluster } from './cluster-needs.ts';
import { type Need, ownMounts, program, python } from './needs.ts';

/** A group of tests that run together. */
export interface Tier {
  readonly name: string;
  /** What it proves, in one line. */
  readonly proves: string;
  /** Its test files, as a glob from the checkout. */
  readonly files: string;
  /** Without these of the machine it is skipped; with CI=true that is a failure. */
  readonly needs: readonly Need[];
  /** How many files run at once; more would fight over two cores. */
  readonly concurrency: number;
  /** How long one test may take, and how long one file. */
  readonly timeoutMs: number;
  /** How long the whole tier may take before it is stopped. */
  readonly deadlineMs: number;
  /** For a tier with soaks: how long one file may take when they run whole (`npm run soak`). */
  readonly wholeTimeoutMs?: number;
  /** Whether it runs on a Kubernetes cluster, which is then up and named in the environment of its tests. */
  readonly cluster?: true;
  /** The Python client that is installed first, for the tiers that run one. */
  readonly client?: PythonClient;
}

const minuteMs = 60_000;

function tier(name: string, proves: string, more: Partial<Tier> = {}): Tier {
  const timeoutMs = more.timeoutMs ?? 2 * minuteMs;
  return {
    name,
    proves,
    files: `test/${name}/**/*.test.ts`,
    needs: [],
    concurrency: 2,
    timeoutMs,
    deadlineMs: timeoutMs + 2 * minuteMs,
    ...more,
  };
}

function client(name: string, proves: string, more: Partial<Tier> = {}): Tier {
  const files = `test/clients/${name}.test.ts`;
  return tier(`clients-${name}`, proves, { files, concurrency: 1, timeoutMs: 8 * minuteMs, ...more });
}

/** A stock client against a quickstart whose commands run in pods of the test cluster. */
function clientInPods(name: string, proves: string, more: Partial<Tier>): Tier {
  const { needs = [], ...others } = more;
  const files = `test/clients-pods/${name}.test.ts`;
  return tier(`pods-${name}`, proves, { ...onCluster(8), ...others, files, needs: [...needsOfCluster, ...needs] });
}

function pythonClient(name: PythonClient): Partial<Tier> {
  return { needs: [python(pythonClients[name].pythonMinors)], client: name };
}

/** A tier with soaks in it: it has the machine to itself, and takes far longer when they run whole. */
function soak(minutes: number): Partial<Tier> {
  return { concurrency: 1, timeoutMs: minutes * minuteMs, wholeTimeoutMs: 90 * minuteMs };
}

/** A tier on the one cluster, which its files have to themselves one after the other. */
function onCluster(minutes: number): Partial<Tier> {
  // Pods take seconds each, and there are many files.
  return { ...soak(minutes), deadlineMs: 45 * minuteMs, needs: needsOfCluster, cluster: true };
}

/** Examples that need a client which takes minutes to install have a tier of their own. */
function docsWith(name: PythonClient, proves: string): Tier {
  const files = `test/docs/${name}/*.test.ts`;
  return tier(`docs-${name}`, proves, { files, concurrency: 1, timeoutMs: 5 * minuteMs, ...pythonClient(name) });
}

const shells = [program('dash', 'dash'), program('bash', 'bash'), program('busybox', 'busybox-static')];
const openssl = program('openssl', 'openssl');

/** Every tier, the quick and telling ones first. */
const tiers: readonly Tier[] = [
  tier('architecture', 'the rooms, the names and the lint rules are what the documents say'),
  tier('tools', 'the runner of these tiers sees what goes wrong', { timeoutMs: 4 * minuteMs }),
  tier('domain', 'transitions as properties: no walk leaves the lifecycle'),
  tier('core', 'the pure functions of the domain'),
  tier('config', 'the options table, and what becomes of flags, variables and files'),
  tier('wire', 'the vendor’s vectors, and hostile input'),
  tier('contract', 'one suite per port, on every adapter', { timeoutMs: 4 * minuteMs }),
  tier('store', 'durability, migrations, query plans, sealing'),
  tier('executors', 'the supervisor in each shell, the process lane', { needs: shells, timeoutMs: 4 * minuteMs }),
  tier('kubernetes', 'the Kubernetes client under faults'),
  tier('control-plane', 'the use cases: authorise, act and audit'),
  tier('worker', 'claims, leases, output, sweeps'),
  tier('auth', 'tokens, and every way to refuse one'),
  tier('arm', 'the operations as ARM states them'),
  tier('server', 'sockets, TLS, limits', { needs: [openssl] }),
  tier('client', 'the ARM client under faults'),
  tier('cli', 'the command line', { timeoutMs: 4 * minuteMs }),
  tier('main', 'the whole server, started and stopped', { timeoutMs: 4 * minuteMs }),
  tier('record', 'a feed and an executor that drop, delay, double and reorder: the record stays true', soak(4)),
  tier('access', 'who may do what, and that nothing secret shows', { timeoutMs: 4 * minuteMs }),
  tier('hostile', 'input that means harm: a clear error, nothing lost, nothing left', {
    ...soak(4),
    concurrency: 2,
  }),
  tier('loss', 'the ways in which such systems lose results, each tried', { needs: [ownMounts], ...soak(8) }),
  tier('crash', 'kill -9, restart: at most one side effect, no lost byte', {
    needs: [program('strace', 'strace')],
    ...soak(8),
  }),
  tier('cluster', 'commands in pods of a real Kubernetes cluster', onCluster(10)),
  tier('cluster-faults', 'a cluster whose daemons are killed, and that it comes and goes without a trace', {
    ...onCluster(10),
    needs: [...needsOfCluster, ownCluster],
  }),
  tier('package', 'what ships, installed into an empty folder', { concurrency: 1, timeoutMs: 5 * minuteMs }),
  tier('docs', 'the examples in the documents do what they say', {
    files: 'test/docs/*.test.ts',
    needs: [program('bash', 'bash'), program('curl', 'curl')],
  }),
  tier('docs-kubernetes', 'the examples that use a Kubernetes cluster', {
    ...onCluster(5),
    needs: [...needsOfCluster, ownCluster],
    files: 'test/docs/kubernetes/*.test.ts',
  }),
  docsWith('az', 'the examples that use az'),
  docsWith('python-sdk', 'the examples that use the Python SDK'),
  client('js-sdk', 'the JavaScript SDK, old and new'),
  client('python-sdk', 'the newest Python SDK', pythonClient('python-sdk')),
  client('az', 'the newest az', pythonClient('az')),
  client('az-old', 'an az from before 2.74', pythonClient('az-old')),
  clientInPods('js-sdk', 'the JavaScript SDK, with commands in pods', {}),
  clientInPods('python-sdk', 'the newest Python SDK, with commands in pods', pythonClient('python-sdk')),
  clientInPods('az', 'the newest az, with commands in pods', pythonClient('az')),
  clientInPods('az-old', 'an az from before 2.74, with commands in pods', pythonClient('az-old')),
];

/** The test files of a tier, relative to the checkout. */
export function filesOf(checkout: string, { files }: Tier): readonly string[] {
  return globSync(files, { cwd: checkout }).toSorted();
}

/** The tiers with soaks in them, given the time that it takes to run them whole. */
export function wholeTiers(chosen: readonly Tier[]): readonly Tier[] {
  return chosen.flatMap((each) => {
    const { wholeTimeoutMs } = each;
    if (wholeTimeoutMs === undefined) return [];
    return [{ ...each, timeoutMs: wholeTimeoutMs, deadlineMs: 2 * wholeTimeoutMs }];
  });
}

/**
 * The tiers whose names the words begin, or all that have a folder.
 * @throws {Error} when a word begins no tier's name
 */
export function chooseTiers(checkout: string, words: readonly string[]): readonly Tier[] {
  for (const word of words) {
    if (tiers.some(({ name }) => name.startsWith(word))) continue;
    throw new Error(`There is no tier "${word}"; there are ${tiers.map(({ name }) => name).join(', ')}.`);
  }
  if (words.length > 0) return tiers.filter(({ name }) => words.some((word) => name.startsWith(word)));
  return tiers.filter(({ files }) => existsSync(join(checkout, files.split('*')[0] ?? files)));
}

/** The test files that no tier runs. Each of them would pass by never being looked at. */
export function orphans(checkout: string): readonly string[] {
  const claimed = new Set(tiers.flatMap((each) => filesOf(checkout, each)));
  return globSync('test/**/*.test.ts', { cwd: checkout }).filter((file) => !claimed.has(file));
}
