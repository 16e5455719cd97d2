import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** How a process ended. */
interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, with this Node first on PATH, for at most two minutes. */
function run(cwd: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ending> {
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  return new Promise((resolve) => {
    const options = { cwd, timeout: 120_000, env: { ...process.env, PATH: path, ...env } };
    const child = execFile(program, args, options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

describe('the package that ships', () => {
  const folder = mkdtempSync(join(tmpdir(), 'package-'));
  const longarm = join(folder, 'node_modules/.bin/longarm');

  before(async () => {
    const built = await run(checkout, process.execPath, ['tools/build.ts']);
    assert.equal(built.code, 0, built.stderr);
    const packed = await run(folder, 'npm', ['pack', join(checkout, 'dist'), '--silent']);
    assert.equal(packed.code, 0, packed.stderr);
    const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
    assert.ok(tarball !== undefined, 'npm pack wrote no tarball');
    const flags = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
    const installed = await run(folder, 'npm', ['install', ...flags, `./${tarball}`]);
    assert.equal(installed.code, 0, installed.stderr);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('it brings no other package with it', () => {
    const names = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    assert.deepEqual(names, ['longarm']);
  });

  test('it has the licence, and those of the code that it contains', () => {
    const notices = readFileSync(join(folder, 'node_modules/longarm/THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['fastify', 'jose', 'kysely']) assert.match(notices, new RegExp(`^${name} \\d`, 'm'));
    assert.match(readFileSync(join(folder, 'node_modules/longarm/LICENSE'), 'utf8'), /Apache License/);
  });

  test('its README says which Node it needs and how to begin, and speaks of nothing that only a checkout has', () => {
    const readme = readFileSync(join(folder, 'node_modules/longarm/README.md'), 'utf8');
    const manifest = readFileSync(join(folder, 'node_modules/longarm/package.json'), 'utf8');
    const oldest = /"node": ">=([\d.]+)"/.exec(manifest)?.[1] ?? 'no version';
    assert.ok(readme.includes(`Node ${oldest} or later`), readme);
    assert.match(readme, /^longarm quickstart\b/m);
    assert.doesNotMatch(readme, /npm ci|npm test|npm run (?!quickstart)/);
  });

  test('no document in it has a relative link that leads nowhere', () => {
    const root = join(folder, 'node_modules/longarm');
    const documents = globSync('**/*.md', { cwd: root });
    assert.ok(documents.includes('docs/operations.md'), documents.join(', '));
    const dead = documents.flatMap((document) => {
      const links = readFileSync(join(root, document), 'utf8').matchAll(/\]\(([^)\s#]+)[^)\s]*\)/g);
      const relative = Array.from(links, ([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target));
      const broken = relative.filter((target) => !existsSync(join(root, dirname(document), target)));
      return broken.map((target) => `${document}: ${target}`);
    });
    assert.deepEqual(dead, []);
  });

  test('--version says the version of the checkout', async () => {
    const manifest = readFileSync(join(checkout, 'package.json'), 'utf8');
    const { code, stdout } = await run(folder, longarm, ['--version']);
    assert.equal(code, 0);
    assert.ok(manifest.includes(`"version": "${stdout.trim()}"`), stdout);
  });

  test('--help names the verbs', async () => {
    const { code, stdout } = await run(folder, longarm, ['--help']);
    assert.equal(code, 0);
    for (const verb of ['quickstart', 'serve', 'invoke', 'result', 'doctor'])
      assert.match(stdout, new RegExp(`\\b${verb}\\b`));
  });

  test('quickstart --once prints the command’s output and ends with its exit code', async () => {
    const own = join(folder, 'state');
    const args = ['quickstart', '--once', '--data-dir', own, '--port', '0', '--', 'echo hi; exit 3'];
    const { code, stdout, stderr } = await run(folder, longarm, args);
    assert.equal(code, 3, stderr);
    assert.equal(stdout, 'hi\n');
  });
});
