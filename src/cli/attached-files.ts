import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UsageError } from './usage-error.ts';
import type { ZipEntry } from './zip-writer.ts';

/** What the `-f` options name, and what of it was left out. */
export interface Attachment {
  readonly entries: readonly ZipEntry[];
  readonly totalBytes: number;
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

/**
 * Collects files and whole directories. A path below the working directory keeps its relative name, `.` being
 * everything there is; one outside is known by its last part. `.git` is left out of directories: it is large, and
 * nobody means it. So are links that lead out of the directory: what they show was not named, and may be anybody's.
 * @throws {UsageError} for what cannot be read, is no file, or would arrive under a name that is taken.
 */
export async function collectFiles(paths: readonly string[], workingDirectory: string): Promise<Attachment> {
  const entries = new Map<string, ZipEntry>();
  const notes: string[] = [];

  async function addFile(path: string, name: string): Promise<void> {
    if (entries.has(name)) {
      throw new UsageError(
        `Two of the attached files would both be called "${name}". Attach one of them, or rename it.`,
      );
    }
    const { mode } = await stat(path);
    entries.set(name, { path: name, mode: mode & 0o777, bytes: await readFile(path) });
  }

  async function addDirectory(path: string, name: string, root: string): Promise<void> {
    const children = await readdir(path, { withFileTypes: true });
    for (const child of children.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const childPath = join(path, child.name);
      const childName = name === '' ? child.name : `${name}/${child.name}`;
      const problem = child.isSymbolicLink() ? await problemOfLink(childPath, root) : undefined;
      if (problem !== undefined) notes.push(`Left out ${childName}: it is a link ${problem}.`);
      else if (child.isDirectory() && child.name === '.git') notes.push(`Left out ${childName}.`);
      else if (child.isDirectory()) await addDirectory(childPath, childName, root);
      else if (child.isFile() || child.isSymbolicLink()) await addFile(childPath, childName);
      else notes.push(`Left out ${childName}: it is neither a file nor a directory.`);
    }
  }

  for (const path of paths) {
    const absolute = resolve(workingDirectory, path);
    try {
      const found = await stat(absolute);
      if (found.isDirectory()) {
        await addDirectory(absolute, nameOf(absolute, workingDirectory), await realpath(absolute));
      } else if (found.isFile()) await addFile(absolute, nameOf(absolute, workingDirectory));
      else throw new UsageError(`-f ${path} is neither a file nor a directory.`);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new UsageError(`-f ${path} cannot be read: ${reason}.`, { cause: error });
    }
  }
  const list = [...entries.values()];
  return { entries: list, totalBytes: list.reduce((sum, { bytes }) => sum + bytes.length, 0), notes };
}

/** Why a link is not followed; `undefined` where it leads to a file within the directory `root`. */
async function problemOfLink(path: string, root: string): Promise<string | undefined> {
  let target: string;
  try {
    target = await realpath(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return 'that leads nowhere';
    if (code === 'ELOOP') return 'that leads in a circle';
    throw error;
  }
  if (isOutside(root, target)) return 'that leads out of the directory; name the file itself to attach it';
  const found = await stat(target);
  if (found.isFile()) return undefined;
  // It might lead in a circle; and a directory within is attached under its own name anyway.
  return found.isDirectory() ? 'to a directory' : 'to neither a file nor a directory';
}

function nameOf(absolute: string, workingDirectory: string): string {
  const name = relative(workingDirectory, absolute);
  return (isOutside(workingDirectory, absolute) ? basename(absolute) : name).split(sep).join('/');
}

function isOutside(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}
