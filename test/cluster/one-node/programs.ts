import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setInterval } from 'node:timers';
import { packImages } from './images.ts';
import { cacheFolder } from './layout.ts';
import type { Say } from './say.ts';

const source = join(import.meta.dirname, '../binaries');

/** What is built, in the order in which it is told, and from which package. */
const packages = [
  ['pause', './pause'],
  ['jq', 'github.com/itchyny/gojq/cmd/gojq'],
  ['kubectl', 'k8s.io/kubernetes/cmd/kubectl'],
  ['servers', './servers'],
] as const;

/** Where Go is looked for: PATH, and where its own archive puts it. */
export const goPath = (): string => `${process.env['PATH'] ?? ''}${delimiter}/usr/local/go/bin`;

const read = (path: string): string => readFileSync(join(source, path), 'utf8');

/** The version of Kubernetes that is built, such as `v1.34.4`. */
function kubernetesVersion(): string {
  const version = /^\s*k8s\.io\/kubernetes (v\S+)$/m.exec(read('go.mod'))?.[1];
  if (version === undefined) throw new Error(`${source}/go.mod requires no k8s.io/kubernetes.`);
  return version;
}

/** The oldest Go that builds them, such as `1.24.0`. */
export function requiredGo(): string {
  return /^go (\S+)$/m.exec(read('go.mod'))?.[1] ?? '1.24.0';
}

/** All that decides what comes out: the sources, how they are compiled and how the images are packed. */
function key(): string {
  const hash = createHash('sha256').update(process.arch);
  const sources = globSync('**/*.{go,mod,sum}', { cwd: source })
    .toSorted()
    .map((name) => join(source, name));
  for (const path of [...sources, import.meta.filename, join(import.meta.dirname, 'images.ts')]) {
    hash.update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 16);
}

function linkerFlags(): string {
  const version = kubernetesVersion();
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  const values = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const settings = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((at) =>
    Object.entries(values).map(([name, value]) => `-X ${at}.${name}=${value}`),
  );
  return ['-s', '-w', ...settings].join(' ');
}

async function go(args: readonly string[], signal: AbortSignal): Promise<void> {
  const env = {
    ...process.env,
    PATH: goPath(),
    CGO_ENABLED: '0',
    GOFLAGS: '-mod=readonly -buildvcs=false',
    GOWORK: 'off',
  };
  const child = spawn('go', args, { cwd: source, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (told = (told + text).slice(-8192)));
  }
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`go ${args[0]} ended with ${code}: ${told}`);
}

/** Tells every 15 s that a step still goes on, and at its end how long it took. */
async function watched(say: Say, step: string, work: () => Promise<void>): Promise<void> {
  const started = performance.now();
  const elapsed = (): string => `${((performance.now() - started) / 1000).toFixed(0)} s`;
  say(`${step} …`);
  const timer = setInterval(() => say(`${step}: ${elapsed()} so far …`), 15_000);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  say(`${step}: ${elapsed()}`);
}

async function build(folder: string, signal: AbortSignal, say: Say): Promise<void> {
  say('The test cluster is built from its Go modules: 5 to 7 minutes on two cores, once; 600 MB to fetch.');
  await watched(say, 'fetching modules', () => go(['mod', 'download'], signal));
  const flags = ['-trimpath', '-gcflags=all=-dwarf=false', `-ldflags=${linkerFlags()}`];
  for (const [name, from] of packages) {
    await watched(say, `building ${name}`, () => go(['build', ...flags, '-o', join(folder, name), from], signal));
  }
  await watched(say, 'packing images', () => packImages(folder, signal));
}

/**
 * The folder of the programs and images of this checkout's cluster; they are built unless the cache has them. They are
 * built beside their place and then moved: what has its name is whole, and of two that build at once both are right.
 * @throws {Error} when Go is missing or a build fails
 */
export async function programsFolder(signal: AbortSignal, say: Say): Promise<string> {
  const place = join(cacheFolder(), `${kubernetesVersion()}-${key()}`);
  if (existsSync(place)) return place;
  mkdirSync(cacheFolder(), { recursive: true });
  const draft = mkdtempSync(join(cacheFolder(), '.building-'));
  try {
    await build(draft, signal, say);
    renameSync(draft, place);
  } catch (error) {
    if (!existsSync(place)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return place;
}
