import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Something of the machine that a tier cannot run without. */
export interface Need {
  /** What it is, in words that finish "there is no …". */
  readonly what: string;
  /** What to do to have it. */
  readonly enable: string;
  /** Whether it is there. */
  isMet(): boolean;
}

/** Whether a program of this name can be started from PATH. */
function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v "$0"`, name], { stdio: 'ignore' }).status === 0;
}

function pyenvPythons(): readonly string[] {
  const versions = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  try {
    return readdirSync(versions).map((version) => join(versions, version, 'bin', 'python3'));
  } catch {
    return []; // No pyenv on this machine; PATH alone is searched.
  }
}

function minorVersion(path: string): number | undefined {
  const script = 'import sys, venv, ensurepip; print(sys.version_info[1])';
  const run = spawnSync(path, ['-c', script], { encoding: 'utf8' });
  return run.status === 0 ? Number(run.stdout) : undefined;
}

/**
 * Finds a Python 3 that can make virtual environments, on PATH or among pyenv's versions.
 * @param minors the minor versions that will do, the preferred one first
 * @returns its path, or `undefined`
 */
export function findPython(minors: readonly number[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const minor of minors) {
    const onPath = folders.map((folder) => join(folder, `python3.${minor}`));
    for (const path of [...onPath, ...pyenvPythons()]) if (minorVersion(path) === minor) return path;
  }
  return undefined;
}

/** One of these minor versions of Python 3, with `venv`. */
export function python(minors: readonly number[]): Need {
  const label = `Python ${minors.map((minor) => `3.${minor}`).join(' or ')}`;
  return {
    what: `${label} with venv`,
    enable: `install ${label} (Debian's python3.N and python3.N-venv, or pyenv)`,
    isMet: () => findPython(minors) !== undefined,
  };
}

/** A program on PATH, and the Debian package that has it. */
export function program(name: string, debianPackage: string): Need {
  return { what: `program ${name}`, enable: `apt-get install ${debianPackage}`, isMet: () => hasProgram(name) };
}

/** Mount namespaces, in which a test has file systems of its own: as root, or in a user namespace. Linux only. */
export const ownMounts: Need = {
  what: 'mount namespace for this user',
  enable:
    'run as root on Linux with util-linux, or allow unprivileged user namespaces (kernel.unprivileged_userns_clone)',
  isMet: () => {
    const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
    return spawnSync('unshare', [...user, '--mount', 'true'], { stdio: 'ignore' }).status === 0;
  },
};
