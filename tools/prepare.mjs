/**
 * Makes a checkout ready to run: the dependencies that the lock file names, and a Node that is new enough.
 * Plain JavaScript that Node 20 understands, because what starts it may be the machine's old Node.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeComplaint } from '../bin/node-version.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const binaries = join(root, 'node_modules', '.bin');
const say = (line) => process.stderr.write(`longarm: ${line}\n`);

/** Reads the packages of a lock file, by their folder; nothing when there is no such file. */
function packagesOf(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : undefined;
}

/**
 * Whether node_modules holds what the lock file names: npm writes down there what it installed, once it is done.
 * Packages for other platforms are not expected.
 */
function isInstalled() {
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return false;
  const wanted = Object.entries(packagesOf(join(root, 'package-lock.json')));
  return wanted.every(([folder, { version, optional }]) => {
    if (folder === '') return true;
    return installed[folder] === undefined ? optional === true : installed[folder].version === version;
  });
}

/** Runs `npm ci`, everything it prints on stderr: stdout belongs to the command that is run afterwards. */
function install() {
  say('installing dependencies (npm ci) into node_modules; this takes up to a minute the first time …');
  const started = process.hrtime.bigint();
  const npm = process.env.npm_execpath;
  const viaNpmItself = npm !== undefined && npm.endsWith('.js');
  const [program, ...first] = viaNpmItself ? [process.execPath, npm] : ['npm'];
  const result = spawnSync(program, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: !viaNpmItself && process.platform === 'win32',
  });
  if (result.error !== undefined) throw new Error(`npm could not be started: ${result.error.message}`);
  if (result.status !== 0)
    throw new Error(`npm ci failed (exit ${result.status ?? result.signal}); npm says why above.`);
  say(`dependencies installed in ${(Number(process.hrtime.bigint() - started) / 1e9).toFixed(1)} s`);
}

/** Lets `npx longarm` find this checkout's own command at once; npm links only those of dependencies. */
function linkCommand() {
  const link = join(binaries, 'longarm');
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) return;
  try {
    symlinkSync(join('..', '..', 'bin', 'longarm.mjs'), link);
  } catch (error) {
    // Without the link npx still finds the command, only slower; a second process may also have made it meanwhile.
    if (error.code !== 'EEXIST') say(`could not link ${link}: ${error.message}`);
  }
}

/**
 * Installs what is missing.
 * @throws {Error} saying what failed and what to do
 */
export function prepare() {
  if (!isInstalled()) install();
  linkCommand();
}

/**
 * Finds a Node that is new enough: the running one, else the one that npm installed with the dependencies.
 * @returns {string} its path
 * @throws {Error} when neither is
 */
export function findNode() {
  const complaint = nodeComplaint();
  if (complaint === undefined) return process.execPath;
  const installed = join(binaries, 'node');
  const answer = spawnSync(installed, ['--version'], { encoding: 'utf8' });
  if (answer.status === 0 && nodeComplaint(answer.stdout.trim()) === undefined) return installed;
  const platform = `${process.platform}-${process.arch}`;
  throw new Error(`${complaint} None comes with the dependencies for ${platform}: install it from https://nodejs.org.`);
}

/**
 * Runs a script of this checkout in `node` with this process's terminal, and ends as it ends.
 * @param {string} node the Node to run it in
 * @param {string} script an absolute path
 * @param {readonly string[]} args
 */
export function runInstead(node, script, args) {
  const env = { ...process.env, PATH: [binaries, process.env.PATH ?? ''].join(delimiter) };
  const child = spawn(node, [script, ...args], { stdio: 'inherit', env });
  // A terminal sends Ctrl-C to the child as well; handing it on would make two of one.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    say(`${node} could not be started: ${error.message}`);
    process.exitCode = 126;
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
