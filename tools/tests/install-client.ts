import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { clientCache, type PythonClient, pythonClients, pythonOf } from '../../test/clients/python-clients.ts';
import { findPython } from './needs.ts';

/** How long pip may take for the largest of them, az, over a slow line. */
const deadlineMs = 20 * 60_000;

function run(command: string, args: readonly string[]): void {
  const { status, signal, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2], timeout: deadlineMs });
  if (status === 0) return;
  throw new Error(`${command} ${args.join(' ')} ended with ${error?.message ?? status ?? signal}; it says why above.`);
}

/**
 * Makes the virtual environment of a client unless it is there. It is built beside its place and then moved: one with
 * its name is always whole, and of two that build it at once the second throws its own away.
 * @throws {Error} when no fitting Python is there or pip fails
 */
export function installClient(client: PythonClient, say: (line: string) => void): void {
  if (existsSync(pythonOf(client))) return;
  const { folder, requirements, pythonMinors } = pythonClients[client];
  const python = findPython(pythonMinors);
  if (python === undefined) throw new Error(`${client} needs Python 3.${pythonMinors.join(', 3.')}.`);
  const place = join(clientCache(), folder);
  say(`installing ${requirements.join(' ')} into ${place}; this takes minutes, once …`);
  const started = performance.now();
  mkdirSync(clientCache(), { recursive: true });
  const draft = mkdtempSync(join(clientCache(), `.${folder}-`));
  try {
    run(python, ['-m', 'venv', draft]);
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
    run(join(draft, 'bin', 'python'), ['-m', 'pip', 'install', ...quiet, ...requirements]);
    renameSync(draft, place);
  } catch (error) {
    if (!existsSync(pythonOf(client))) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  say(`installed in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}
